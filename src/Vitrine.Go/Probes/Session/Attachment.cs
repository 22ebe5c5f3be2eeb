using Microsoft.Win32.SafeHandles;
using Vitrine.Go.Probes.Points;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Session;

/// <summary>One program and where it is, or will be, attached. It can be taken away and put back as often as the budget asks for.</summary>
internal sealed class Attachment(BpfProgram program, Func<BpfProgram, IReadOnlyList<ProbeLink>> attach) : IDisposable
{
    private IReadOnlyList<ProbeLink> _links = [];

    public BpfProgram Program => program;

    /// <summary>What needs to stay open for the link.</summary>
    public SafeFileHandle? Event { get; init; }

    /// <summary>A program at places of an executable; more of them can be added until it is attached.</summary>
    public static Attachment ToFunctions(BpfProgram program, int pid, string executable)
    {
        var places = new List<(ulong FileOffset, ulong Cookie)>();
        return new Attachment(program, one => one.AttachUprobes(pid, executable, places)) { Places = places };
    }

    /// <summary>The places in an executable; null for what is no user probe (tracepoints, clocks).</summary>
    public List<(ulong FileOffset, ulong Cookie)>? Places { get; private init; }

    public void Attach()
    {
        if (_links.Count == 0)
            _links = attach(program);
    }

    /// <summary>Takes all of them away, the last first.</summary>
    public static void DetachAll(IReadOnlyList<Attachment> attachments)
    {
        var links = new List<ProbeLink>(attachments.Count);
        foreach (Attachment attachment in attachments.Reverse())
        {
            links.AddRange(attachment._links);
            attachment._links = [];
        }
        ProbeLink.DisposeAll(links);
    }

    public void Dispose()
    {
        ProbeLink.DisposeAll(_links);
        _links = [];
        Event?.Dispose();
    }
}
