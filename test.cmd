@echo off
rem Sets up, builds, runs all tests; the last line is "N passed, N failed".
"%~dp0eng\setup.cmd" test %*
