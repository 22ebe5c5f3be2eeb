using Microsoft.Win32.SafeHandles;

namespace Vitrine.DotNet.Runtime;

/// <summary>
/// Memory of the process as the kernel counts it. On Linux from <c>/proc/self/statm</c>, kept open: one read of about a microsecond and no allocation, where
/// <see cref="Environment.WorkingSet"/> takes twenty and allocates 3 KB. On Windows from <see cref="Environment.WorkingSet"/>, which is one call there (untested). Elsewhere unknown.
/// </summary>
sealed class ProcessMemory : IDisposable
{
    readonly SafeFileHandle? _statm;
    readonly long _pageSize = Environment.SystemPageSize;

    public ProcessMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _statm = File.OpenHandle("/proc/self/statm");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox without /proc: the fields stay unknown and say so.
        }
    }

    public void Capture(ref RuntimeSnapshot snapshot)
    {
        if (OperatingSystem.IsWindows())
        {
            snapshot.SetUnknown(RuntimeField.WorkingSet, RuntimeField.SharedMemory, WhyUnknown.NotOnThisPlatform);
            snapshot.Set(RuntimeField.WorkingSet, Environment.WorkingSet);
            return;
        }
        if (_statm is null)
        {
            snapshot.SetUnknown(RuntimeField.WorkingSet, RuntimeField.SharedMemory, OperatingSystem.IsLinux() ? WhyUnknown.ReadFailed : WhyUnknown.NotOnThisPlatform);
            return;
        }
        // proc_pid_statm(5): size resident shared text lib data dt, in pages.
        Span<byte> text = stackalloc byte[192];
        if (!TryRead(text, out var length) || !StatmText.TryParse(text[..length], out var size, out var resident, out var shared))
        {
            snapshot.SetUnknown(RuntimeField.WorkingSet, RuntimeField.SharedMemory, WhyUnknown.ReadFailed);
            return;
        }
        snapshot.Set(RuntimeField.WorkingSet, resident * _pageSize);
        snapshot.Set(RuntimeField.VirtualMemory, size * _pageSize);
        snapshot.Set(RuntimeField.SharedMemory, shared * _pageSize);
    }

    bool TryRead(Span<byte> text, out int length)
    {
        length = 0;
        try
        {
            length = RandomAccess.Read(_statm!, text, 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose() => _statm?.Dispose();
}
