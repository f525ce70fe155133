from django.urls import path

from contacts.views import contact_list

app_name = "contacts"
urlpatterns = [path("", contact_list, name="list")]
