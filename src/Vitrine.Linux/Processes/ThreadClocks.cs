using System.Buffers.Text;
using System.Runtime.InteropServices;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>The processor time of each thread of this process, exact to the nanosecond: the first figure of /proc/self/task/TID/schedstat (the scheduler's sum_exec_runtime).</summary>
public static class ThreadClocks
{
    const int MaximumThreads = 100_000;

    /// <summary>Nanoseconds by thread, for the threads that there are now. Kernels without CONFIG_SCHED_INFO have no such file: then it is empty.</summary>
    public static Dictionary<int, long> Read()
    {
        var threads = new List<int>();
        Files.TryListNumbers("/proc/self/task", MaximumThreads, threads, out _);
        var clocks = new Dictionary<int, long>(threads.Count);
        foreach (var thread in threads)
            if (TryRead(thread, out var nanoseconds))
                clocks[thread] = nanoseconds;
        return clocks;
    }

    /// <summary>Fills <paramref name="clocks"/>, which is cleared first; <paramref name="threads"/> is room for the list. Apart from growing them, nothing is allocated.</summary>
    public static void Read(Dictionary<int, long> clocks, List<int> threads)
    {
        ArgumentNullException.ThrowIfNull(clocks);
        ArgumentNullException.ThrowIfNull(threads);
        clocks.Clear();
        threads.Clear();
        Files.TryListNumbers("/proc/self/task", MaximumThreads, threads, out _);
        foreach (var thread in CollectionsMarshal.AsSpan(threads))
            if (TryRead(thread, out var nanoseconds))
                clocks[thread] = nanoseconds;
    }

    /// <summary>One thread's processor time so far, in nanoseconds.</summary>
    /// <returns>False when the thread has ended.</returns>
    public static unsafe bool TryRead(int threadId, out long nanoseconds)
    {
        nanoseconds = 0;
        Span<byte> path = stackalloc byte[48];
        "/proc/self/task/"u8.CopyTo(path);
        var length = 16;
        Utf8Formatter.TryFormat(threadId, path[length..], out var digits);
        "/schedstat\0"u8.CopyTo(path[(length + digits)..]);
        int file;
        fixed (byte* start = path) file = Libc.OpenBytes(start, 0x80000); // O_RDONLY | O_CLOEXEC
        if (file < 0) return false;
        Span<byte> text = stackalloc byte[96];
        nint got;
        fixed (byte* start = text) got = Libc.Read(file, start, (nuint)text.Length);
        _ = Libc.Close(file);
        return got > 0 && Utf8Parser.TryParse(text[..(int)got], out nanoseconds, out _);
    }

    /// <summary>A thread's name (comm), at most 15 bytes; null when it has ended. Untrusted text.</summary>
    public static string? NameOf(int threadId)
    {
        var text = ProcFile.TryRead($"/proc/self/task/{threadId}/comm", 64, out _);
        return text is null ? null : System.Text.Encoding.UTF8.GetString(text).TrimEnd('\n');
    }

    /// <summary>The kernel's number of the calling thread.</summary>
    public static int CurrentThreadId => Libc.GetThreadId();
}
