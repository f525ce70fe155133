import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from operator import and_
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.changes import How, batch, tell_adding, tell_changed, tell_changing
from core.languages import translated
from core.text import alphabetically, compose_texts, composed


class TrackedQuerySet(models.QuerySet):
    """Its `update()`, `bulk_create()` and `delete()` tell of the rows that they change; see `core.changes`."""

    def lock(self, *, to_delete: bool = False) -> None:
        """Lock these rows, and no others, until the end of the transaction; always in the same order.

        Unless they are to be deleted, others may still add parts to them.
        """
        keys = list(self.order_by().values_list("pk", flat=True))
        rows = self.model._base_manager.filter(pk__in=keys).order_by("pk")
        list(rows.select_for_update(no_key=not to_delete).values_list("pk"))

    def update(self, **values: Any) -> int:
        values = {name: composed(value) if isinstance(value, str) else value for name, value in values.items()}
        with batch():
            keys = set(self.order_by().values_list("pk", flat=True))
            tell_changing(self.model, keys)
            count = super().update(**values)
            tell_changed(self.model, keys, frozenset(values))
        return count

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list:
        objs = list(objs)
        for row in objs:
            compose_texts(row)
        with batch():
            tell_adding(objs)
            rows = super().bulk_create(objs, *args, **options)
            # With `ignore_conflicts` the keys are not known; only Django's own `add()` asks for that, and tells of it.
            tell_changed(self.model, {row.pk for row in rows if row.pk})
        return rows

    def bulk_update(self, objs: Iterable[Any], *args: Any, **options: Any) -> int:
        objs = list(objs)
        for row in objs:
            compose_texts(row)
        return super().bulk_update(objs, *args, **options)

    def delete(self) -> tuple[int, dict[str, int]]:
        with batch():
            # Told before anything is locked: what these rows are parts of is locked first.
            tell_changing(self.model, set(self.order_by().values_list("pk", flat=True)), is_deletion=True)
            self.lock(to_delete=True)
            return super().delete()

    # As in Django: a template or a related manager must not call it.
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class NamedQuerySet(TrackedQuerySet):
    """Rows that have a translated `name`."""

    def by_name(self) -> Self:
        return self.order_by(alphabetically(translated("name")))


class NaturalKeyManager(models.Manager.from_queryset(TrackedQuerySet)):
    def get_by_natural_key(self, *values: Any) -> models.Model:
        return self.get(**dict(zip(self.model.natural_key_fields, values, strict=True)))


class NaturalKeyModel(models.Model):
    """A row that the fixtures know by its own words: the lookups in `natural_key_fields`, never a number."""

    natural_key_fields: ClassVar[tuple[str, ...]] = ("slug",)
    # Related names by which a row is in use although the database would let it go.
    in_use_by: ClassVar[tuple[str, ...]] = ()
    # What stays as it is when an earlier version is restored, beside what nobody edits in a form.
    not_restored: ClassVar[tuple[str, ...]] = ("slug",)

    objects: ClassVar[models.Manager] = NaturalKeyManager()

    class Meta:
        abstract = True
        # Relations use this one too (`practice.sections.add(section)`), so they tell of what they change.
        base_manager_name = "objects"

    def save(self, *args: Any, **options: Any) -> None:
        with batch():
            super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        with batch():
            tell_changing(type(self), {self.pk}, is_deletion=True)
            type(self)._base_manager.filter(pk=self.pk).lock(to_delete=True)  # type: ignore[attr-defined]
            return super().delete(*args, **options)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """As Django does, but asking the database about all check constraints at once: each question takes three
        statements. Only if something is wrong is it asked about each of them, for its message."""
        excluded = set(exclude or ())
        checks = [row for row in self._meta.constraints if isinstance(row, models.CheckConstraint)]
        conditions = [models.Q(row.condition) for row in checks]
        # Django leaves out a constraint that reads a field which is not checked.
        known = [condition for condition in conditions if not excluded & condition.referenced_base_fields]
        together = [models.CheckConstraint(condition=reduce(and_, known), name="together")] if known else []
        try:
            for constraint in [*together, *(row for row in self._meta.constraints if row not in checks)]:
                constraint.validate(type(self), self, excluded)
        except ValidationError:
            self.raise_broken_constraints(excluded)

    def raise_broken_constraints(self, excluded: set[str]) -> None:
        """Each error says by `constraint` which rule is broken, so that a form can show it at a field of that rule."""
        errors = []
        for constraint in self._meta.constraints:
            try:
                constraint.validate(type(self), self, excluded)
            except ValidationError as error:
                error.constraint = constraint  # type: ignore[attr-defined]
                errors.append(error)
        if errors:
            raise ValidationError({NON_FIELD_ERRORS: errors})

    def natural_key(self) -> tuple:
        return tuple(reduce(getattr, lookup.split("__"), self) for lookup in self.natural_key_fields)


with_binned: ContextVar[bool] = ContextVar("with_binned", default=False)


class PresentManager(NaturalKeyManager):
    """Leaves out what is in the bin, and so do the relations that lead here."""

    def get_queryset(self) -> models.QuerySet:
        rows = super().get_queryset()
        return rows if with_binned.get() else rows.filter(deleted_at=None)

    def get_by_natural_key(self, *values: Any) -> models.Model:
        """What is in the bin keeps its name, so a fixture finds it there."""
        with seeing_the_bin():
            return super().get_by_natural_key(*values)


@contextmanager
def seeing_the_bin() -> Iterator[None]:
    """Within it nothing is left out."""
    before = with_binned.set(True)
    try:
        yield
    finally:
        with_binned.reset(before)


class Binnable(NaturalKeyModel):
    """A row that staff do not delete but put in the bin. For 90 days it can be taken out again, with all that is tied
    to it; then `empty_bin` deletes it."""

    deleted_at = models.DateTimeField(_("put in the bin on"), null=True, blank=True, editable=False, db_index=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("put in the bin by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )

    objects: ClassVar[models.Manager] = PresentManager()
    everything: ClassVar[models.Manager] = NaturalKeyManager()

    class Meta:
        abstract = True
        # A row that points to one in the bin reads it as any other.
        base_manager_name = "everything"

    @classmethod
    def in_bin(cls) -> models.QuerySet:
        """What the bin lists: not what goes along with something else, and comes back with it."""
        return cls.everything.filter(deleted_at__isnull=False)

    @property
    def goes_alone(self) -> bool:
        """Whether it is put in the bin by itself."""
        return True

    @property
    def is_binned(self) -> bool:
        return self.deleted_at is not None

    def put_in_bin(self, *, by: Any) -> None:
        self.set_deleted(timezone.now(), by)

    def take_out_of_bin(self, *, by: Any) -> None:
        self.set_deleted(None, None, by)

    def set_deleted(self, at: Any, deleted_by: Any, by: Any = None) -> None:
        self.deleted_at, self.deleted_by = at, deleted_by
        with batch(by=by or deleted_by, how=How.BIN):
            self.save(update_fields=["deleted_at", "deleted_by"])

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        self.ask_the_bin_too(super().validate_unique, exclude)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        self.ask_the_bin_too(super().validate_constraints, exclude)

    def ask_the_bin_too(self, validate: Any, exclude: Collection[str] | None) -> None:
        """A name that something in the bin has is taken, and the message says where."""
        try:
            with seeing_the_bin():
                validate(exclude)
        except ValidationError as error:
            validate(exclude)
            sentence = _("Something in the bin has this already. Restore it from there, or choose something else.")
            raise ValidationError(dict.fromkeys(error.message_dict, sentence)) from error


# Name -> token of all versions, while a page is made; see `core.versions`.
known_versions: ContextVar[Mapping[str, uuid.UUID] | None] = ContextVar("known_versions", default=None)


class VersionQuerySet(models.QuerySet["Version"]):
    def current(self, *names: str) -> Sequence[uuid.UUID | None]:
        """The tokens of the versions with these names, in one query, or none; None for one that was never renewed."""
        tokens = known_versions.get()
        if tokens is None:
            tokens = dict(self.filter(name__in=names).values_list("name", "token"))
        return [tokens.get(name) for name in names]

    def renew(self, name: str) -> None:
        """Announce a change; until the end of the transaction nobody else can announce one of the same name."""
        version = self.model(name=name)
        self.bulk_create([version], update_conflicts=True, unique_fields=["name"], update_fields=["token"])
        known_versions.set(None)


class Version(models.Model):
    """A token that is another one after each change of what it stands for, so that processes may keep what they read"""

    is_public = False  # it changes with what the public sees, not by itself

    name = models.CharField(max_length=40, primary_key=True)
    token = models.UUIDField(default=uuid.uuid4)

    objects = VersionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
