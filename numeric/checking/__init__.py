"""Gradcheck: is this the gradient of that loss, and what kind of mistake is it if not?"""
