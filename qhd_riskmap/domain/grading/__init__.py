"""Grading methods: each turns inputs into a level with its reasons."""
