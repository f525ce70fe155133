from hashlib import sha256

from django.db import migrations

NO_TEXT = sha256(b"").hexdigest()[:16]


def mark_as_read(apps, schema_editor):
    Translation = apps.get_model("translations", "Translation")
    for row in Translation.objects.filter(is_reviewed=True).iterator():
        mark = [row.set_by_id, row.set_at.isoformat()]
        row.read = {path: mark for path, (_original, target) in row.recorded.items() if target != NO_TEXT}
        row.save(update_fields=["read"])


def mark_as_reviewed(apps, schema_editor):
    Translation = apps.get_model("translations", "Translation")
    Translation.objects.filter(state="reviewed").update(is_reviewed=True)


class Migration(migrations.Migration):
    dependencies = [("translations", "0003_read_text_by_text")]

    operations = [migrations.RunPython(mark_as_read, mark_as_reviewed)]
