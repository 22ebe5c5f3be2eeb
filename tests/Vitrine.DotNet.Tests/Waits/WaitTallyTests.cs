using Vitrine.DotNet.Events;
using Vitrine.DotNet.Waits;

namespace Vitrine.DotNet.Tests.Waits;

public sealed class WaitTallyTests
{
    [Fact]
    public void Rows_PairsByThread_AndBoundsWhatGoesOn()
    {
        var tally = new WaitTally();
        tally.Start(1, 100, [11], WaitSource.MonitorWait);
        tally.Start(2, 150, [22], WaitSource.Unknown);
        tally.Stop(1, 400);
        tally.Stop(3, 500);

        var rows = tally.Rows(now: 1_150);
        Assert.Equal((1, 300d, false), Of(rows, WaitSource.MonitorWait));
        Assert.Equal((1, 1_000d, true), Of(rows, WaitSource.Unknown));
        Assert.Equal((1, 1), (tally.Finished, tally.Unpaired));

        static (long, double, bool) Of(List<TallyRow<WaitKey>> rows, WaitSource source) =>
            rows.Where(one => one.Key.Source == source).Select(static one => (one.Count, one.Amount, one.Key.IsUnfinished)).Single();
    }

    static readonly string[] Methods =
    [
        "System.Threading.WaitHandle.WaitOneNoCheck", "System.Threading.Monitor.Wait", "System.Threading.Lock.TryEnterSlow", "System.Threading.TimerQueue.TimerThread",
        "System.Threading.PortableThreadPool.GateThread.GateThreadStart", "System.Threading.LowLevelLifoSemaphore.WaitForSignal", "System.Threading.Tasks.Task.InternalWait", "Shop.Cart.Total",
        "System.Threading.PortableThreadPool.WorkerThread.WorkerThreadStart", "Vitrine.DotNet.Events.EventWatch.Run",
    ];

    static readonly FrameNames Names = new(static address => new(Methods[address], address == 9 ? "Vitrine.DotNet.dll" : address == 7 ? "Shop.dll" : "System.Private.CoreLib.dll"));

    [Theory]
    [InlineData(WaitKind.Program, WaitSource.MonitorWait, new ulong[] { 1, 6, 7, 8 })]
    [InlineData(WaitKind.Program, WaitSource.Unknown, new ulong[] { 0, 7 })]
    [InlineData(WaitKind.Reentry, WaitSource.Unknown, new ulong[] { 1, 7 })]
    [InlineData(WaitKind.Lock, WaitSource.Unknown, new ulong[] { 0, 2, 7 })]
    [InlineData(WaitKind.Housekeeping, WaitSource.Unknown, new ulong[] { 0, 3 })]
    [InlineData(WaitKind.Housekeeping, WaitSource.Unknown, new ulong[] { 0, 4 })]
    [InlineData(WaitKind.IdleWorker, WaitSource.Unknown, new ulong[] { 5, 8 })]
    [InlineData(WaitKind.Own, WaitSource.Unknown, new ulong[] { 0, 9, 7 })]
    // A program that runs on a thread of the framework waits for itself.
    [InlineData(WaitKind.Program, WaitSource.Unknown, new ulong[] { 0, 7, 3 })]
    [InlineData(WaitKind.Program, WaitSource.Unknown, new ulong[0])]
    internal void Of_TellsTheProgramsWaitsFromTheOthers(WaitKind expected, WaitSource source, ulong[] stack) => Assert.Equal(expected, WaitClassifier.Of(stack, source, Names));
}
