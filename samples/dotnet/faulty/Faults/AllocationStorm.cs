using System.Runtime.CompilerServices;

namespace Faulty.Faults;

/// <summary>Renders a report by gluing strings together.</summary>
sealed class AllocationStorm : IFault
{
    string _report = "";

    public string Name => "allocation-storm";

    public string Description => "a thread that glues strings together; the allocs profile shows AllocationStorm.RenderReport, memstats its collections";

    public void Begin(CancellationToken stop) => FaultThread.Start("allocation storm", () =>
    {
        while (!stop.WaitHandle.WaitOne(1))
            _report = RenderReport();
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string RenderReport()
    {
        var report = "";
        for (var line = 0; line < 200; line++)
            report += "article, pieces, price\n";
        return report;
    }
}
