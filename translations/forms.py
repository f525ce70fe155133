from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gresil.languages import target_languages
from translations import xliff
from translations.models import Translation


class TranslationForm(forms.Form):
    """One field for each text of a unit that the original has, in the order of reading.

    `rows` holds for each of them: name of the field, path, original text, whether it is rich text.
    """

    def __init__(self, translation: Translation, data=None) -> None:
        super().__init__(data)
        self.rows: list[tuple[str, str, str, bool]] = []
        self.targets: dict[str, tuple] = {}
        source_language, language = settings.LANGUAGE_CODE, translation.language
        for number, (path, row, name) in enumerate(translation.unit.text_fields()):
            if not (source := getattr(row, f"{name}_{source_language}")):
                continue
            column = row._meta.get_field(f"{name}_{language}")
            field = column.formfield()
            field.required, field.initial = False, getattr(row, column.name)
            field.label = row._meta.get_field(name).verbose_name
            field.widget.attrs["lang"] = language
            key = f"text-{number}"
            self.fields[key] = field
            self.rows.append((key, path, source, hasattr(row._meta.get_field(name), "sanitize")))
            self.targets[key] = (row, column)

    def save(self) -> None:
        for key in self.changed_data:
            row, column = self.targets[key]
            setattr(row, column.name, column.clean(self.cleaned_data[key] or "", row))
            row.save(update_fields=[column.name])


class ImportForm(forms.Form):
    file = forms.FileField(label=_("XLIFF file"), help_text=_("as exported here, with the translations filled in"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > 5_000_000:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        try:
            self.cleaned_data["document"] = document = xliff.read(file.read())
        except xliff.NotXliffError as error:
            raise forms.ValidationError(_("This is not an XLIFF file that we can read.")) from error
        if document.language not in target_languages():
            raise forms.ValidationError(_("The file is for a language that the portal does not have."))
        return file
