using Vitrine.DotNet.Outside;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Targets;

/// <summary>Opens the process that was found as what it is: a Go target, or a .NET one.</summary>
static class TargetOpener
{
    /// <summary>The target: a <see cref="GoTarget"/>, which is to be disposed, or a <see cref="DotNetTarget"/>.</summary>
    public static ITarget Open(LinuxProcess process)
    {
        try
        {
            return GoTargetOpener.OpenGo(process);
        }
        catch (NotGoException)
        {
            if (AsDotNet(process) is { } target)
                return target;
            throw;
        }
    }

    /// <summary>The process as a .NET target; null when it is none.</summary>
    public static DotNetTarget? AsDotNet(LinuxProcess process)
    {
        try
        {
            return DotNetTarget.Attach(process);
        }
        catch (InstrumentUnavailableException)
        {
            return null;
        }
    }
}
