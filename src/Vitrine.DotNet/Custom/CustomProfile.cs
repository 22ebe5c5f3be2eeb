using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Stacks;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Custom;

/// <summary>
/// A profile of the program's own: which values are in use, by the stack that added them – open connections, rented buffers, running jobs. As Go's <c>pprof.NewProfile</c>: <see cref="Add"/> when a
/// value comes into use, <see cref="Remove"/> when it goes, and the profile counts those in between.
/// <code>
/// var connections = new CustomProfile("connections");
/// registry.Add(connections);      // by hand: nothing registers itself, and a name that is taken is refused
/// connections.Add(connection);
/// </code>
/// </summary>
/// <remarks>
/// The values are divided among independently locked stripes by their identity, and the stack is captured before any lock is taken, so that adding threads rarely meet. The profile holds on to
/// its values, as Go's does: a value that is never removed is never collected – which is the leak that the profile then shows.
/// </remarks>
public sealed class CustomProfile : IProfileInstrument, IDisposable
{
    readonly Stripe[] _stripes;
    readonly IDisposable? _labelReader;

    /// <param name="name">The profile's name, unique in the registry it goes into; it is also the name of the sample's value.</param>
    /// <param name="options">How values are kept; null for the defaults.</param>
    public CustomProfile(string name, CustomProfileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumValues, 1, nameof(options));
        var stripes = options.Stripes == 0 ? Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 4), 16, 1024) : options.Stripes;
        if (stripes is < 1 or > 1024 || !BitOperations.IsPow2(stripes))
            throw new ArgumentOutOfRangeException(nameof(options), stripes, "The number of stripes is a power of two from 1 to 1024.");
        Name = name;
        Description = options.Description;
        var limit = (options.MaximumValues + stripes - 1) / stripes;
        _stripes = [.. Enumerable.Range(0, stripes).Select(_ => new Stripe(limit))];
        _labelReader = options.ReadLabels ? ProfileLabels.KeepReady() : null;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <summary>How many values are in the profile now.</summary>
    public int Count => _stripes.Sum(static one => one.Counts.Values);

    /// <summary>How many values were not recorded because the profile was full.</summary>
    public long Dropped => _stripes.Sum(static one => one.Counts.Dropped);

    /// <summary>Adds a value, with the calling stack.</summary>
    /// <param name="value">Objects are told apart by identity; numbers, structures and strings by value.</param>
    /// <param name="skip">Frames to leave out: 0 begins the stack with the method that calls this one.</param>
    /// <exception cref="InvalidOperationException">The value is in the profile already.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(object value, int skip = 0)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        Insert(value, CapturedStack.Capture(skip + 1, _labelReader is null ? LabelList.Empty : ProfileLabels.Current));
    }

    /// <summary>Takes a value out. A value that is not in the profile is no error, as in Go.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return StripeOf(value).Remove(value);
    }

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => SelfTarget.AvailabilityOf(target);

    /// <summary>The values in use now, counted by stack and labels.</summary>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        SelfTarget.Require(target, Name);
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        List<(CapturedStack Stack, double Count, double Amount)> tallies = [];
        foreach (var stripe in _stripes)
            stripe.CopyTo(tallies);
        var skew = Stopwatch.GetElapsedTime(begun);

        var type = new SampleType(Name, "count");
        var builder = new ProfileBuilder(type) { PeriodType = type, Period = 1, TimeNanos = (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick };
        TallyWriter.Write(builder, tallies, static one => [(long)one.Count], cancellation);
        List<string> notes = ["Values that were added or removed while the profile was taken may or may not be in it."];
        if (Dropped is > 0 and var dropped) notes.Add($"{dropped} values were not recorded because the profile was full.");
        if (tallies.Any(static one => one.Stack.IsTruncated)) notes.Add($"Of stacks deeper than {CapturedStack.MaximumDepth} frames the root is left out.");
        foreach (var note in notes)
            builder.Comments.Add(note);
        return new(Merge.Of([builder.Build()]), now, Stopwatch.GetElapsedTime(begun),
            new() { Total = tallies.Count, Accepted = tallies.Count, SkewMs = skew.TotalMilliseconds }, notes);
    }

    /// <summary>Adds with a stack that was captured before: what is left when the capture is taken away, for measuring.</summary>
    internal void Insert(object value, CapturedStack stack)
    {
        if (StripeOf(value).Add(value, stack) == Stripe.Outcome.Duplicate)
            throw new InvalidOperationException($"The value is in the profile '{Name}' already; remove it before it is added again.");
    }

    Stripe StripeOf(object value)
    {
        // The low bits of small numbers would fill a few stripes only: Fibonacci hashing spreads them.
        var hash = (uint)ValueIdentity.Instance.GetHashCode(value) * 2654435769u;
        return _stripes[(int)(hash >> 16) & (_stripes.Length - 1)];
    }

    /// <summary>Ends the reading of labels. The values stay until the profile is collected.</summary>
    public void Dispose() => _labelReader?.Dispose();
}
