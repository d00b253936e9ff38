@echo off
rem Builds the set-up tool if need be, then hands it the arguments.
setlocal
set "tool=%~dp0..\.world\tool"
if not exist "%tool%\Setup.dll" goto build
dotnet "%tool%\Setup.dll" is-current
if not errorlevel 1 goto run
:build
where dotnet >nul 2>nul || (echo set-up: dotnet is not on PATH; install the .NET 10 SDK 1>&2 & exit /b 2)
set "new=%~dp0..\.world\tool-%random%%random%"
dotnet build "%~dp0Setup" -c Release --nologo -v quiet --disable-build-servers "-p:ArtifactsPath=%new%" 1>&2 || (rmdir /s /q "%new%" & exit /b 2)
if exist "%tool%" rmdir /s /q "%tool%"
move "%new%\bin\Setup\release" "%tool%" >nul
rmdir /s /q "%new%"
:run
dotnet "%tool%\Setup.dll" %*
exit /b %errorlevel%
