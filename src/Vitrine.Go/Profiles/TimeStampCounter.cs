using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Vitrine.Go.Profiles;

/// <summary>
/// How many ticks of the processor's time stamp counter make a second. Go counts blocking in these ticks and works the rate out when it first
/// needs it; if the process never did, the viewer measures the same counter on the same machine.
/// .NET offers no way to read the counter, so ten bytes of machine code do it, in the viewer itself.
/// </summary>
static unsafe partial class TimeStampCounter
{
    const int ReadWrite = 1 | 2;
    const int ReadExecute = 1 | 4;
    const int PrivateAnonymous = 0x2 | 0x20;
    static readonly TimeSpan MeasureFor = TimeSpan.FromMilliseconds(50);
    static readonly Lazy<long?> Measured = new(Measure);

    // rdtsc; shl rdx,32; or rax,rdx; ret
    static ReadOnlySpan<byte> ReadCounter => [0x0f, 0x31, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0, 0xc3];

    /// <summary>Ticks per second, measured once over 50 ms (to about 1 in 100,000); null where it cannot be measured (other processors, no executable memory).</summary>
    public static long? TicksPerSecond => Measured.Value;

    static long? Measure()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !OperatingSystem.IsLinux())
            return null;
        nuint length = (nuint)Environment.SystemPageSize;
        nint page = Map(0, length, ReadWrite, PrivateAnonymous, -1, 0);
        if (page == -1)
            return null;
        try
        {
            ReadCounter.CopyTo(new Span<byte>((void*)page, (int)length));
            if (Protect(page, length, ReadExecute) != 0)
                return null;
            var counter = (delegate* unmanaged<long>)page;
            long startTicks = counter(), start = Stopwatch.GetTimestamp();
            Thread.Sleep(MeasureFor);
            long ticks = counter() - startTicks;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            return ticks > 0 ? (long)(ticks / elapsed.TotalSeconds) : null;
        }
        finally
        {
            _ = Unmap(page, length);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [SupportedOSPlatform("linux")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    [SupportedOSPlatform("linux")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [SupportedOSPlatform("linux")]
    private static partial int Unmap(nint address, nuint length);
}
