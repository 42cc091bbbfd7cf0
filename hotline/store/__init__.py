"""The record: tables, sessions and migrations. The only room that speaks SQL."""
