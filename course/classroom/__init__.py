"""A gateway for a class: a key and a weekly budget for each student, and one key of the instructor's at the vendors.

`roster` reads who is in the class, `register` keeps it in the gateway's store, `slips` prints the keys, `serving`
runs the gateway, `console` is the instructor's page, `scan` looks for keys that were handed in, and `student` is what
`course.start()` does with a student's key.
"""
