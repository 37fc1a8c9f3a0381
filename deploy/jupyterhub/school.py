"""What is different at each school. Copy this file to /var/lib/course-hub/school.py and change it there.

After a change: sudo systemctl restart course-hub. Whoever is working goes on working.
"""

c = get_config()  # noqa: F821

# The address that students type. With it, the hub's cookies never go over an open line.
c.JupyterHub.public_url = "https://hub.school.example/"

# ---- Who may log in: keep one of the two ------------------------------------------------------------------------

# 1. Accounts of this server. Linux checks the name and the password; the groups say who may come in.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students", "instructors"}
c.PAMAuthenticator.admin_groups = {"instructors"}  # may stop and start everybody's server, and look into none

# 2. The school's Google accounts. README.md says where the two secrets come from.
# c.JupyterHub.authenticator_class = "local-google"
# c.GoogleOAuthenticator.client_id = ""
# c.GoogleOAuthenticator.client_secret = ""
# c.GoogleOAuthenticator.hosted_domain = ["school.example"]
# c.GoogleOAuthenticator.allow_all = True  # everybody of that domain
# c.GoogleOAuthenticator.oauth_callback_url = "https://hub.school.example/hub/oauth_callback"
# c.Authenticator.admin_users = {"kim"}  # the part of the e-mail address before the @
# c.LocalAuthenticator.create_system_users = True
