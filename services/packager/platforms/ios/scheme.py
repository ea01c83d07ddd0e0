"""The shared scheme, so that ``xcodebuild`` and hosted Macs find it without anybody's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.platforms.ios.project_file import target_id

if TYPE_CHECKING:
    from services.packager.platforms.ios.identity import IosIdentity
    from shared.domain.options import Configuration

_SCHEME: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<Scheme LastUpgradeVersion="1600" version="1.7">
   <BuildAction parallelizeBuildables="YES" buildImplicitDependencies="YES">
      <BuildActionEntries>
         <BuildActionEntry buildForTesting="YES" buildForRunning="YES" buildForProfiling="YES" \
buildForArchiving="YES" buildForAnalyzing="YES">
{reference}
         </BuildActionEntry>
      </BuildActionEntries>
   </BuildAction>
   <TestAction buildConfiguration="Debug" \
selectedDebuggerIdentifier="Xcode.DebuggerFoundation.Debugger.LLDB" \
selectedLauncherIdentifier="Xcode.DebuggerFoundation.Launcher.LLDB" \
shouldUseLaunchSchemeArgsEnv="YES"/>
   <LaunchAction buildConfiguration="Debug" \
selectedDebuggerIdentifier="Xcode.DebuggerFoundation.Debugger.LLDB" \
selectedLauncherIdentifier="Xcode.DebuggerFoundation.Launcher.LLDB" \
launchStyle="0" useCustomWorkingDirectory="NO" ignoresPersistentStateOnLaunch="NO" \
debugDocumentVersioning="YES" debugServiceExtension="internal" allowLocationSimulation="YES">
      <BuildableProductRunnable runnableDebuggingMode="0">
{reference}
      </BuildableProductRunnable>
   </LaunchAction>
   <ProfileAction buildConfiguration="Release" shouldUseLaunchSchemeArgsEnv="YES" \
savedToolIdentifier="" useCustomWorkingDirectory="NO" debugDocumentVersioning="YES">
      <BuildableProductRunnable runnableDebuggingMode="0">
{reference}
      </BuildableProductRunnable>
   </ProfileAction>
   <AnalyzeAction buildConfiguration="Debug"/>
   <ArchiveAction buildConfiguration="{archived}" revealArchiveInOrganizer="YES"/>
</Scheme>
"""
_REFERENCE: Final = """\
            <BuildableReference BuildableIdentifier="primary" BlueprintIdentifier="{target}" \
BuildableName="{name}.app" BlueprintName="{name}" \
ReferencedContainer="container:{name}.xcodeproj"/>\
"""
WORKSPACE: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<Workspace version="1.0">
   <FileRef location="self:"/>
</Workspace>
"""


def scheme(identity: IosIdentity, configuration: Configuration) -> bytes:
    """``<name>.xcscheme``; a slug and an id need no escapes in XML."""
    reference = _REFERENCE.format(target=target_id(), name=identity.command)
    archived = "Debug" if configuration == "debug" else "Release"
    return _SCHEME.format(reference=reference, archived=archived).encode()
