"""Secrets that the database keeps unreadable: whoever reads it alone has no second factor of anybody."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def box() -> MultiFernet:
    """Seals with SECRET_KEY; opens what was sealed with one of SECRET_KEY_FALLBACKS, too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(derived(key))) for key in keys])


def derived(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"gresil second factors").derive(key.encode())


def seal(text: str) -> str:
    return box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    return box().decrypt(sealed.encode()).decode()
