from django.urls import path

from practices.feeds import PracticeFeed
from practices.views import PracticeDetailView, practice_list

app_name = "practices"
urlpatterns = [
    path("", practice_list, name="list"),
    path("feed/", PracticeFeed(), name="feed"),
    path("<slug:slug>/", PracticeDetailView.as_view(), name="detail"),
]
