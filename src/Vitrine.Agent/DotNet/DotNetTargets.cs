using Vitrine.DotNet.Outside;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.DotNet;

/// <summary>Recognises .NET processes, so that a verb looks into them in their own way.</summary>
static class DotNetTargets
{
    /// <summary>The process as a .NET target; null when it is none, or when it may not be looked at, which the other ways of looking then explain.</summary>
    public static DotNetTarget? TryAttach(LinuxProcess process)
    {
        try
        {
            return DotNetTarget.Attach(process);
        }
        catch (Exception e) when (e is InstrumentUnavailableException or AccessDeniedException)
        {
            return null;
        }
    }
}
