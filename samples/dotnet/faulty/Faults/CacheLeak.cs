using System.Runtime.CompilerServices;

namespace Faulty.Faults;

/// <summary>Remembers every answer, under a key that never comes again.</summary>
sealed class CacheLeak : IFault
{
    static readonly Dictionary<Guid, byte[]> s_answers = [];

    public string Name => "cache-leak";

    public string Description => "a static cache that only grows; the heap profile shows CacheLeak.Remember";

    public void Begin(CancellationToken stop) => FaultThread.Start("cache leak", () =>
    {
        while (!stop.WaitHandle.WaitOne(5))
            Remember();
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Remember()
    {
        lock (s_answers)
            s_answers[Guid.NewGuid()] = new byte[20_000];
    }
}
