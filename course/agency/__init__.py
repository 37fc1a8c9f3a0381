"""Lantern Travel, the invented travel agency into whose website, inbox and customer file lessons wire AI."""
