# Thin on purpose: each target is a command of course/bootstrap.py, which also runs without make.
# Give a command more words with ARGS:  make lab ARGS="--no-browser"  make slides ARGS=02_billing

ifndef PYTHON
is_python3 = $(if $(filter 3,$(shell $(1) -c "import sys; print(sys.version_info[0])")),$(1))
PYTHON := $(or $(call is_python3,python3),$(call is_python3,python),$(call is_python3,py))
endif

help lab doctor test notebooks exercises slides handout site release bench clean:
	$(if $(PYTHON),,$(error Python is missing. The course needs Python 3.11 or newer: install it, then try again))
	@$(PYTHON) course/bootstrap.py $@ $(ARGS)

.PHONY: help lab doctor test notebooks exercises slides handout site release bench clean
