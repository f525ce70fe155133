"""Versions of every change: whatever way it is made, nobody has to call anything.

Each object that staff edit has a revision of django-reversion for each batch in which it changes, with the object, its
parts and the states of its translations as they are at the end of the batch, who made the change, and how
(`core.changes.How`). Of one that has no version yet, the state before its first change is kept too: content from
fixtures needs none.

Versions are written and restored here, not by `reversion.create_revision()`: that reads each part by itself, and takes
all objects of a batch for one that is restored together.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

import reversion
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import models, router
from django.db.models import F, Model, Prefetch, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.db.models.signals import post_save, pre_save
from django.utils import timezone, translation
from modeltranslation.translator import NotRegistered, translator
from reversion.models import Revision, Version

from core.changes import AtEnd, How, batch, changed, changing, open_batch, wholes
from core.chunks import in_chunks

# Objects that are read and written together.
OBJECTS_AT_ONCE = 100
# So long versions are kept; and so many of each object, however old they are.
KEPT_FOR = datetime.timedelta(days=730)
ALWAYS_KEPT = 20
# The comment of a revision that holds the state before the first change; those of others are a `How`.
BEFORE = "before"

# Model and key of an object.
Key = tuple[type[Model], Any]


@cache
def kept_fields(model: type[Model]) -> list[str]:
    """The fields of a row that a version holds: all but the untranslated column beside translated ones."""
    try:
        translated = set(translator.get_options_for_model(model).all_fields)
    except NotRegistered:
        translated = set()
    fields = [field.name for field in model._meta.concrete_fields if field.name not in translated]
    return [*fields, *(field.name for field in plain_relations(model))]


@cache
def plain_relations(model: type[Model]) -> list[models.ManyToManyField]:
    """Many-to-many relations without a model of ours between."""
    between: Any = [field.remote_field.through for field in model._meta.local_many_to_many]
    fields = zip(model._meta.local_many_to_many, between, strict=True)
    return [field for field, through in fields if through._meta.auto_created]


@cache
def parts_of(model: type[Model]) -> dict[str, Any]:
    """Related name -> relation, of the parts of an object and of what hangs on it by its kind and key."""
    parts = [
        relation
        for relation in model._meta.related_objects
        if relation.one_to_many and wholes.get(relation.related_model, ())[:1] == (model,)
    ]
    kinds = [field for field in model._meta.private_fields if isinstance(field, GenericRelation)]
    named: list[tuple[Any, Any]] = [(relation.get_accessor_name(), relation) for relation in parts]
    return dict(named) | {field.name: field for field in kinds}


def is_kept(model: type[Model]) -> bool:
    """Whether objects of `model` have versions of their own: those of parts are among those of their whole."""
    return hasattr(model, "natural_key_fields") and model not in wholes


def read(model: type[Model], keys: Collection) -> Iterator[Model]:
    """The objects with these keys and all that a version holds of them."""
    rows = [open_batch().read.get((model, key)) for key in keys]
    known = [row for row in rows if row is not None]
    unknown = set(keys) - {row.pk for row in known}
    objects = known + list(model._base_manager.filter(pk__in=unknown) if unknown else ())
    relations = [Prefetch(field.name, field.related_model._base_manager.only("pk")) for field in plain_relations(model)]
    # Those that the other work has read are not read again.
    parts = [Prefetch(name, relation.related_model._base_manager.all()) for name, relation in parts_of(model).items()]
    prefetch_related_objects(objects, *relations, *parts)
    yield from objects


def with_parts(obj: Model) -> list[Model]:
    """The object and its parts, as `read()` has fetched them."""
    return [obj, *(part for name in parts_of(type(obj)) for part in getattr(obj, name).all())]


def version_of(row: Model, label: str = "") -> Version:
    return Version(
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        db=router.db_for_write(type(row)),
        format="json",
        serialized_data=serializers.serialize("json", [row], fields=kept_fields(type(row))),
        object_repr=label,
    )


def write(objects: Iterable[Model], *, by: Any, comment: str) -> None:
    """A revision for each object, which can be restored alone."""
    objects = list(objects)
    # The same column in every language stands in the text of a version, whoever makes it.
    with translation.override(settings.LANGUAGE_CODE):
        versions = [[version_of(obj, str(obj)), *map(version_of, with_parts(obj)[1:])] for obj in objects]
    now = timezone.now()
    revisions = Revision.objects.bulk_create(
        [Revision(date_created=now, user_id=by.pk if by else None, comment=comment) for _ in objects]
    )
    for revision, some in zip(revisions, versions, strict=True):
        for version in some:
            version.revision = revision
    Version.objects.bulk_create([version for some in versions for version in some], batch_size=500)


def versions_of(model: type[Model], keys: Collection) -> models.QuerySet[Version]:
    return Version.objects.get_for_model(model).filter(object_id__in=[str(key) for key in keys])


def keep_before(model: type[Model], keys: Collection) -> None:
    """Keep the objects as they are, of which there is no version yet."""
    asked = open_batch().before
    for some in in_chunks(sorted(key for key in keys if (BEFORE, model, key) not in asked), OBJECTS_AT_ONCE):
        asked.update({(BEFORE, model, key): True for key in some})
        with_versions = set(versions_of(model, some).order_by().values_list("object_id", flat=True).distinct())
        if first := [key for key in some if str(key) not in with_versions]:
            write(read(model, first), by=None, comment=BEFORE)


def keep(objects: set[Key]) -> None:
    """Write a version of each of these objects; of those that were deleted for good, all versions go too."""
    current = open_batch()
    by_model: defaultdict[type[Model], set] = defaultdict(set)
    for model, key in objects:
        by_model[model].add(key)
    for model, keys in by_model.items():
        for some in in_chunks(sorted(keys), OBJECTS_AT_ONCE):
            rows = list(read(model, some))
            if rows:
                write(rows, by=current.by, comment=current.how)
            if gone := set(some) - {row.pk for row in rows}:
                Revision.objects.filter(pk__in=versions_of(model, gone).values("revision")).delete()


def forget_old_versions() -> int:
    """Delete the revisions that are older than `KEPT_FOR`, but never the newest ones of an object. Gives how many."""
    until = timezone.now() - KEPT_FOR
    kinds = list(ContentType.objects.get_for_models(*filter(is_kept, apps.get_models())).values())
    objects = Version.objects.filter(content_type__in=kinds).order_by()
    if not objects.filter(revision__date_created__lt=until).exists():
        return 0
    place = Window(RowNumber(), partition_by=["content_type", "object_id"], order_by=F("pk").desc())
    newest = objects.annotate(place=place).filter(place__lte=ALWAYS_KEPT).values_list("revision", flat=True)
    old = objects.filter(revision__date_created__lt=until).values_list("revision", flat=True)
    count = 0
    for some in in_chunks(sorted(set(old) - set(newest)), OBJECTS_AT_ONCE):
        count += len(some)
        Revision.objects.filter(pk__in=some).delete()
    return count


# After the states of translation and all else that is written of an object.
keeping = AtEnd(keep, turn=1)


def object_changing(sender: type[Model], keys: Collection, is_deletion: bool, **kwargs: Any) -> None:
    if is_kept(sender) and not is_deletion and not open_batch().is_raw:
        keep_before(sender, keys)


def object_changed(sender: type[Model], keys: Collection, **kwargs: Any) -> None:
    if is_kept(sender) and not open_batch().is_raw:
        # What was not told to change before it did is new: it has no state before.
        open_batch().before.update({(BEFORE, sender, key): True for key in keys})
        keeping.add([(sender, key) for key in keys])


def tied_changing(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    """Of a row that hangs on an object by its kind and key, as the state of a translation does."""
    model = instance.content_type.model_class()
    with batch():
        object_changing(model, {instance.object_id}, is_deletion=False)


def tied_changed(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    with batch():
        object_changed(instance.content_type.model_class(), {instance.object_id})


def connect() -> None:
    """Listen to all models of the portal; called when these, their columns and their parts are known."""
    tied: set[type[Model]] = set()
    for model in apps.get_models():
        if not hasattr(model, "natural_key_fields"):
            continue
        reversion.register(model, fields=kept_fields(model))
        changing.connect(object_changing, sender=model)
        changed.connect(object_changed, sender=model)
        tied |= {field.related_model for field in model._meta.private_fields if isinstance(field, GenericRelation)}
    for model in tied:
        reversion.register(model, fields=kept_fields(model))
        pre_save.connect(tied_changing, sender=model)
        post_save.connect(tied_changed, sender=model)


def state_of(obj: Model) -> list[Version]:
    """What a version of now would hold."""
    [row] = read(type(obj), {obj.pk})
    return [version_of(one) for one in with_parts(row)]


def exists(column: Any, key: Any) -> bool:
    return key is None or column.related_model._base_manager.filter(pk=key).exists()


def restore(obj: Any, versions: Collection[Version], *, by: Any) -> list[Model]:
    """Make the object and its parts again what these versions say; its address and whether it is public stay.

    Gives the parts that cannot come back, because what they point to is gone. Raises ValidationError where a rule of
    today forbids it.
    """
    model: Any = type(obj)
    lost: list[Model] = []
    with batch(by=by, how=How.RESTORE):
        model._base_manager.filter(pk=obj.pk).lock()
        now = {(version.content_type_id, version.object_id): version for version in state_of(obj)}
        then = {(version.content_type_id, version.object_id): version for version in versions}
        differing = [
            version for key, version in then.items()
            if key not in now or now[key].serialized_data != version.serialized_data
        ]  # fmt: skip
        part_models = {relation.related_model for relation in parts_of(model).values()} & set(wholes)
        for key, version in now.items():
            kind: Any = version._model
            # Those that differ too: two of them may have changed places.
            if kind in part_models and (key not in then or then[key] in differing):
                kind._base_manager.filter(pk=version.object_id).delete()
        for version in differing:
            restored = version._object_version
            row: Any = restored.object
            if type(row) is model:
                take_over(obj, row, restored.m2m_data or {})
        for version in differing:
            row = version._object_version.object
            if type(row) is not model and not put_back(row):
                lost.append(row)
    return lost


def take_over(obj: Any, row: Any, relations: dict[str, list]) -> None:
    model: Any = type(obj)
    for column in obj._meta.concrete_fields:
        is_kept_as_it_is = column.name in obj.not_restored or not column.editable or column.primary_key
        if is_kept_as_it_is or column.name not in kept_fields(model):
            continue
        key = row.__dict__.get(column.attname)
        if not column.is_relation or exists(column, key):
            setattr(obj, column.attname, key)
    obj.validate_constraints()
    obj.save()
    for name, keys in relations.items():
        related: Any = obj._meta.get_field(name).related_model
        getattr(obj, name).set(related._base_manager.filter(pk__in=[getattr(key, "pk", key) for key in keys]))


def put_back(row: Any) -> bool:
    for column in row._meta.concrete_fields:
        if column.is_relation and not exists(column, getattr(row, column.attname)):
            if not column.null:
                return False
            setattr(row, column.attname, None)
    row.save_base(raw=True)
    return True
