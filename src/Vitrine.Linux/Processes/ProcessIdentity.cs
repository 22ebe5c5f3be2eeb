namespace Vitrine.Linux.Processes;

/// <summary>What tells a process from a later one with the same pid.</summary>
/// <param name="Pid">The pid in the viewer's pid namespace.</param>
/// <param name="StartTimeTicks">Field 22 of /proc/PID/stat: clock ticks after boot at which the process started. An exec does not change it.</param>
public readonly record struct ProcessIdentity(int Pid, ulong StartTimeTicks);
