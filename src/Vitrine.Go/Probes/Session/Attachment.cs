using Microsoft.Win32.SafeHandles;
using Vitrine.Go.Probes.Points;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Session;

/// <summary>One place where a program is, or will be, attached. It can be taken away and put back as often as the budget asks for.</summary>
internal sealed class Attachment(BpfProgram program, ProbeMechanism? mechanism, Func<BpfProgram, ProbeLink> attach) : IDisposable
{
    private ProbeLink? _link;

    public BpfProgram Program => program;

    /// <summary>How the kernel runs the probed instruction; null for what is no user probe (tracepoints, clocks).</summary>
    public ProbeMechanism? Mechanism => mechanism;

    /// <summary>What it needs to stay open for the link.</summary>
    public SafeFileHandle? Event { get; init; }

    public void Attach() => _link ??= attach(program);

    /// <summary>Takes all of them away, the last first.</summary>
    public static void DetachAll(IReadOnlyList<Attachment> attachments)
    {
        var links = new List<ProbeLink>(attachments.Count);
        foreach (Attachment attachment in attachments.Reverse())
        {
            if (attachment._link is { } link)
                links.Add(link);
            attachment._link = null;
        }
        ProbeLink.DisposeAll(links);
    }

    public void Dispose()
    {
        _link?.Dispose();
        _link = null;
        Event?.Dispose();
    }
}
