namespace Vitrine.Linux.Processes;

/// <summary>One thread, from /proc/PID/task/TID/stat.</summary>
/// <param name="ThreadId">Thread id in the viewer's pid namespace.</param>
/// <param name="Name">The thread's name (comm), at most 15 bytes, untrusted text.</param>
/// <param name="State">State letter: R running, S sleeping, D uninterruptible, T stopped, t stopped by a debugger, Z zombie, I idle.</param>
/// <param name="UserTime">CPU time in user mode.</param>
/// <param name="SystemTime">CPU time in the kernel.</param>
/// <param name="Processor">CPU it ran on last; -1 when unknown.</param>
public readonly record struct ThreadInfo(int ThreadId, string Name, char State, TimeSpan UserTime, TimeSpan SystemTime, int Processor);
