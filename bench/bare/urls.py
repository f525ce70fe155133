from django.urls import path

from bench.bare import views

urlpatterns = [
    path("constant/", views.constant),
    path("practices/", views.practice_list, name="practice-list"),
    path("practices/<slug:slug>/", views.practice_detail, name="practice-detail"),
]
