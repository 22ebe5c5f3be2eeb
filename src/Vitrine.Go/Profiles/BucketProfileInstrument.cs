using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Go.Profiles;

/// <summary>The instruments <c>heap</c>, <c>allocs</c>, <c>block</c> and <c>mutex</c> of a Go process: the runtime's own profiles, read from its memory.</summary>
public sealed class BucketProfileInstrument : IProfileInstrument
{
    readonly BucketProfileKind _kind;
    readonly BucketProfileOptions _options;

    /// <summary>Creates the instrument of a profile.</summary>
    public BucketProfileInstrument(BucketProfileKind kind, BucketProfileOptions? options = null)
    {
        _kind = kind;
        _options = options ?? BucketProfileOptions.Default;
    }

    /// <inheritdoc/>
    public string Name => _kind.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public string Description => _kind switch
    {
        BucketProfileKind.Heap => "live heap objects by allocation stack, sampled by the Go runtime",
        BucketProfileKind.Allocs => "all heap allocations since the start by stack, sampled by the Go runtime",
        BucketProfileKind.Block => "time goroutines were blocked, by stack; the program must have switched it on",
        _ => "time others waited for the holder of a mutex, by stack; the program must have switched it on",
    };

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target)
    {
        if (target is not GoTarget go)
            return Availability.No("Only a Go process keeps these profiles.");
        try
        {
            BucketProfiles.CheckAvailable(go, _kind);
            return Availability.Yes;
        }
        catch (InstrumentUnavailableException e)
        {
            return Availability.No(e.Message);
        }
    }

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation) =>
        target is GoTarget go
            ? BucketProfiles.Collect(go, _kind, _options, cancellation)
            : throw new InstrumentUnavailableException($"The {Name} profile needs a Go process.");
}
