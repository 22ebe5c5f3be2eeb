using System.Runtime.CompilerServices;

namespace Faulty.Faults;

/// <summary>Several threads book into one ledger, which is locked while each booking is written.</summary>
sealed class LockConvoy : IFault
{
    const int Threads = 4;

    readonly object _ledger = new();
    long _bookings;

    public string Name => "lock-convoy";

    public string Description => "four threads that wait for one lock; the mutex profile shows LockConvoy.Book";

    public void Begin(CancellationToken stop)
    {
        for (var i = 0; i < Threads; i++)
        {
            FaultThread.Start($"convoy {i}", () =>
            {
                while (!stop.IsCancellationRequested)
                    Book();
            });
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Book()
    {
        lock (_ledger)
        {
            _bookings++;
            // Written to a slow disk, with the lock held.
            Thread.Sleep(2);
        }
    }
}
