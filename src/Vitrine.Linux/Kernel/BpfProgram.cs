using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Kernel;

/// <summary>How often a program ran and for how long, from the kernel's own statistics.</summary>
/// <param name="Count">Runs since it was loaded.</param>
/// <param name="Nanoseconds">Time spent in the program itself; the trap that leads to it comes on top.</param>
public readonly record struct ProgramRuns(long Count, long Nanoseconds)
{
    /// <summary>What was added since <paramref name="earlier"/>.</summary>
    public ProgramRuns Since(ProgramRuns earlier) => new(Count - earlier.Count, Nanoseconds - earlier.Nanoseconds);

    /// <summary>Both together.</summary>
    public static ProgramRuns operator +(ProgramRuns one, ProgramRuns other) => new(one.Count + other.Count, one.Nanoseconds + other.Nanoseconds);
}

/// <summary>One loaded program of a <see cref="BpfObject"/>; belongs to it.</summary>
public sealed unsafe class BpfProgram
{
    readonly nint _program;
    readonly BpfObject _owner;

    internal BpfProgram(BpfObject owner, nint program, string name)
    {
        _owner = owner;
        _program = program;
        Name = name;
    }

    /// <summary>The name of the C function.</summary>
    public string Name { get; }

    /// <summary>Runs the program whenever a process executes one of these instructions.</summary>
    /// <param name="pid">The process; all its threads are meant.</param>
    /// <param name="path">The executable; <c>/proc/PID/exe</c> is right for deleted files and other mount namespaces.</param>
    /// <param name="places">The instructions: offset in the file, and what bpf_get_attach_cookie returns there.</param>
    /// <returns>One link for all of them from Linux 6.12 on, else one for each.</returns>
    /// <exception cref="KernelRefusalException">The kernel does not attach one of them; then none is attached.</exception>
    public IReadOnlyList<ProbeLink> AttachUprobes(int pid, string path, IReadOnlyList<(ulong FileOffset, ulong Cookie)> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        _owner.ThrowIfDisposed();
        if (places.Count == 0)
            return [];
        var what = string.Create(CultureInfo.InvariantCulture, $"attach {(places.Count == 1 ? "a user probe" : $"{places.Count} user probes")} to {path}");
        if (_owner.HasMultiUprobes)
        {
            var descriptor = MultiUprobes.Attach(LibBpf.ProgramDescriptor(_program), pid, path, [.. places.Select(static place => place.FileOffset)], [.. places.Select(static place => place.Cookie)]);
            return descriptor >= 0 ? [new ProbeLink(descriptor)] : throw KernelRefusals.Explain(what, Marshal.GetLastPInvokeError());
        }
        var links = new List<ProbeLink>(places.Count);
        foreach (var (fileOffset, cookie) in places)
        {
            var options = new LibBpf.UprobeOptions { Size = (nuint)sizeof(LibBpf.UprobeOptions), Cookie = cookie };
            var link = LibBpf.AttachUprobe(_program, pid, path, (nuint)fileOffset, &options);
            if (link == 0)
            {
                var error = Marshal.GetLastPInvokeError();
                ProbeLink.DisposeAll(links);
                throw KernelRefusals.Explain(what, error);
            }
            links.Add(new ProbeLink(link));
        }
        return links;
    }

    /// <summary>Runs the program whenever a perf event fires.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not attach it.</exception>
    public ProbeLink AttachPerfEvent(SafeFileHandle perfEvent)
    {
        ArgumentNullException.ThrowIfNull(perfEvent);
        _owner.ThrowIfDisposed();
        // The link closes the descriptor that it is given, and the caller keeps the handle.
        var duplicate = Descriptors.Duplicate(perfEvent);
        var link = LibBpf.AttachPerfEvent(_program, duplicate);
        var error = Marshal.GetLastPInvokeError();
        if (link == 0)
            Descriptors.Close(duplicate);
        return Link(link, "attach a program to a perf event", error);
    }

    /// <summary>Runs the program at a tracepoint of the kernel.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not attach it.</exception>
    public ProbeLink AttachTracepoint(string category, string name)
    {
        _owner.ThrowIfDisposed();
        return Link(LibBpf.AttachTracepoint(_program, category, name), $"attach a program to the tracepoint {category}:{name}");
    }

    /// <summary>Runs the program at the tracepoint that its section names (<c>tp_btf</c>). Needs no tracefs; tracepoints of single system calls cannot be had this way.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not attach it.</exception>
    public ProbeLink AttachToOwnTracepoint()
    {
        _owner.ThrowIfDisposed();
        return Link(LibBpf.AttachTrace(_program), $"attach the program {Name} to its tracepoint");
    }

    /// <summary>Makes an iterator over tasks of a program <c>SEC("iter/task")</c>.</summary>
    /// <param name="pid">The process whose threads are wanted, in this process's pid namespace. Kernels before 6.1 go over all tasks: what else comes has to be left out.</param>
    /// <exception cref="KernelRefusalException">The kernel does not attach it.</exception>
    public BpfTaskIterator AttachTaskIterator(int pid)
    {
        _owner.ThrowIfDisposed();
        var which = new LibBpf.IteratorLinkInfo { Process = (uint)pid };
        var options = new LibBpf.IteratorOptions { Size = (nuint)sizeof(LibBpf.IteratorOptions), LinkInfo = &which, LinkInfoLength = (uint)sizeof(LibBpf.IteratorLinkInfo) };
        var link = LibBpf.AttachIterator(_program, &options);
        if (link == 0)
            link = LibBpf.AttachIterator(_program, null);
        return link != 0 ? new BpfTaskIterator(link) : throw KernelRefusals.Explain("attach an iterator over threads", Marshal.GetLastPInvokeError());
    }

    /// <summary>How often and how long it ran. Zero when the kernel keeps no such statistics (before 5.8).</summary>
    public ProgramRuns Runs()
    {
        _owner.ThrowIfDisposed();
        LibBpf.ProgramInfo info = default;
        var size = (uint)sizeof(LibBpf.ProgramInfo);
        return LibBpf.GetInfo(LibBpf.ProgramDescriptor(_program), &info, &size) == 0
            ? new ProgramRuns((long)info.RunCount, (long)info.RunTimeNanoseconds)
            : default;
    }

    static ProbeLink Link(nint link, string what, int? error = null) =>
        link != 0 ? new ProbeLink(link) : throw KernelRefusals.Explain(what, error ?? Marshal.GetLastPInvokeError());
}
