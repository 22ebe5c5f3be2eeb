using System.Runtime.CompilerServices;

namespace Faulty.Faults;

/// <summary>Computes a checksum again and again that nothing has changed.</summary>
sealed class HotLoop : IFault
{
    readonly byte[] _catalogue = new byte[1 << 16];

    // Written, so that the loop cannot be left out.
    uint _checksum;

    public string Name => "hot-loop";

    public string Description => "a thread that recomputes a checksum all the time; the cpu profile shows HotLoop.RecomputeChecksum";

    public void Begin(CancellationToken stop) => FaultThread.Start("hot loop", () =>
    {
        while (!stop.IsCancellationRequested)
            RecomputeChecksum();
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    void RecomputeChecksum()
    {
        var sum = _checksum;
        foreach (var one in _catalogue)
            sum = (sum ^ one) * 16777619;
        _checksum = sum;
    }
}
