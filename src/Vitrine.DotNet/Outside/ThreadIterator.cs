using System.Runtime.InteropServices;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Outside;

/// <summary>All threads of a process with their registers, in one pass of the kernel over its own list: nothing stops, no signal, nothing attached to the process (threads.bpf.c).</summary>
sealed class ThreadIterator : IDisposable
{
    [StructLayout(LayoutKind.Sequential)]
    readonly record struct Config(ulong Namespace);

    readonly BpfObject _object;
    readonly BpfTaskIterator _iterator;
    byte[] _buffer = [];

    ThreadIterator(BpfObject loaded, BpfTaskIterator iterator)
    {
        _object = loaded;
        _iterator = iterator;
    }

    /// <summary>Loads the program.</summary>
    /// <exception cref="KernelRefusalException">A privilege, libbpf or the kernel's own type information is missing.</exception>
    public static ThreadIterator Open(LinuxProcess process)
    {
        var loaded = BpfObject.Open(BpfResources.Read(typeof(ThreadIterator).Assembly, "Vitrine.DotNet.Outside", "threads"), "threads");
        try
        {
            loaded.SetConfig(new Config(LinuxProcess.Open(Environment.ProcessId).Namespaces.Pid ?? 0));
            loaded.Load();
            return new ThreadIterator(loaded, loaded.Program("threads").AttachTaskIterator(process.Pid));
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Looks at all threads once. Kernels before 6.1 list those of other processes too.</summary>
    public void Read(Dictionary<int, ThreadState> into)
    {
        into.Clear();
        var length = _iterator.Read(ref _buffer);
        for (var at = 0; at + ThreadState.Size <= length; at += ThreadState.Size)
        {
            var state = ThreadState.Read(_buffer.AsSpan(at, ThreadState.Size));
            if (state.ThreadId > 0)
                into[state.ThreadId] = state;
        }
    }

    public void Dispose()
    {
        _iterator.Dispose();
        _object.Dispose();
    }
}
