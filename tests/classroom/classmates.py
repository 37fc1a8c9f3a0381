"""Two students, and where their class's gateway is seen from outside."""

from course.classroom.roster import Student

URL = "http://127.0.0.1:8791"
ANN = Student("Ann Lee", "ann@x.edu", "7")
WEI = Student("陳偉", "wei@x.edu", "")
