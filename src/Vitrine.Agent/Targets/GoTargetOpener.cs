using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Targets;

/// <summary>Opens the process that was found as a Go target, for the verbs that look into Go processes only.</summary>
static class GoTargetOpener
{
    public static GoTarget Open(LinuxProcess process)
    {
        try
        {
            return OpenGo(process);
        }
        catch (NotGoException) when (TargetOpener.AsDotNet(process) is not null)
        {
            throw new InstrumentUnavailableException($"Process {process.Pid} is a .NET process, and this verb looks into Go processes only.", "vitrine dump, top, mem, record and leaks look into .NET processes too");
        }
    }

    internal static GoTarget OpenGo(LinuxProcess process)
    {
        if (process.ExecutablePath is null && process.CommandLine.Count == 0)
            throw new InstrumentUnavailableException($"Process {process.Pid} has no program: it is a kernel thread, or it has ended and waits for its parent.", "vitrine ps   lists the processes that Vitrine can look into");
        return GoTarget.Attach(process);
    }
}
