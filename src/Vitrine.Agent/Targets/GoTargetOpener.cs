using Vitrine.Go;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Targets;

/// <summary>Opens the process that was found as a Go target.</summary>
static class GoTargetOpener
{
    public static GoTarget Open(LinuxProcess process)
    {
        if (process.ExecutablePath is null && process.CommandLine.Count == 0)
            throw new InstrumentUnavailableException($"Process {process.Pid} has no program: it is a kernel thread, or it has ended and waits for its parent.", "vitrine ps   lists the processes that Vitrine can look into");
        return GoTarget.Attach(process);
    }
}
