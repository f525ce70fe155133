from django.urls import path

from sessions_app.views import SessionDetailView, session_list

app_name = "sessions"
urlpatterns = [
    path("", session_list, name="list"),
    path("<slug:slug>/", SessionDetailView.as_view(), name="detail"),
]
