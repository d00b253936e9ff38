@echo off
rem Sets up and builds on first use, and again when a source is newer than the build; then runs the program.
"%~dp0eng\setup.cmd" run %*
