using Vitrine.Go.Binary;

namespace Vitrine.Go;

/// <summary>The right to use a binary until this is disposed.</summary>
internal sealed class GoBinaryLease : IDisposable
{
    private Action? _release;

    private GoBinaryLease(GoBinary binary, Action? release)
    {
        Binary = binary;
        _release = release;
    }

    public GoBinary Binary { get; }

    /// <summary>The binary goes with the lease.</summary>
    public static GoBinaryLease Own(GoBinary binary) => new(binary, binary.Dispose);

    /// <summary>The binary belongs to somebody else.</summary>
    public static GoBinaryLease Borrow(GoBinary binary) => new(binary, null);

    /// <summary>Giving back is noted by the owner.</summary>
    public static GoBinaryLease Shared(GoBinary binary, Action release) => new(binary, release);

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
