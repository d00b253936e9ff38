#!/bin/sh
# Builds the set-up tool if need be, then hands it the arguments. Several of these may run at once.
root=$(cd "$(dirname "$0")/.." && pwd)
tool=$root/.world/tool
if [ ! -f "$tool/Setup.dll" ] || [ -n "$(find "$root/eng/Setup" "$root/global.json" -newer "$tool/Setup.dll" | head -n 1)" ]; then
    command -v dotnet >/dev/null || { echo "set-up: dotnet is not on PATH; install the .NET 10 SDK" >&2; exit 2; }
    new=$root/.world/tool-$$
    log=$(dotnet build "$root/eng/Setup" -c Release --nologo -v quiet --disable-build-servers -p:ArtifactsPath="$new" 2>&1) ||
        { rm -rf "$new"; echo "set-up: its tool in eng/Setup does not build:" >&2; echo "$log" >&2; exit 2; }
    rm -rf "$tool"
    mv "$new/bin/Setup/release" "$tool" 2>/dev/null || [ -f "$tool/Setup.dll" ] || exit 2
    rm -rf "$new"
fi
exec dotnet "$tool/Setup.dll" "$@"
