
namespace Vitrine.DotNet.Labels;

/// <summary>
/// Labels that go with the work: what a service says of the request at hand (tenant, route, job), so that profiles can be split by it. As Go's <c>pprof.Do</c>, a scope's labels hold for everything
/// that runs inside it, across awaits and in tasks started from it, and end with it.
/// <code>
/// using (ProfileLabels.Scope(("tenant", tenant), ("route", "/quote")))
///     await Answer(request);
/// </code>
/// </summary>
/// <remarks>
/// While no instrument reads labels a scope does nothing: it costs a test of one field and allocates nothing. The price is that a scope that was opened before the first reader came has no
/// labels; <see cref="KeepReady"/> has them kept from the start.
/// </remarks>
public static class ProfileLabels
{
    // The handler costs nothing as long as no labels are kept, which is as long as nobody reads them.
    internal static readonly AsyncLocal<LabelList?> Ambient = new(WorkHistory.OnLabels);
    static int s_readers;

    /// <summary>Most labels that one scope chain can carry; more are refused.</summary>
    public const int Limit = 64;

    /// <summary>The labels of the calling work, sorted by key; empty outside of every scope.</summary>
    public static LabelList Current => Volatile.Read(ref s_readers) == 0 ? LabelList.Empty : Ambient.Value ?? LabelList.Empty;

    /// <summary>Whether anything reads labels.</summary>
    public static bool IsRead => Volatile.Read(ref s_readers) != 0;

    /// <summary>Opens a scope in which <paramref name="labels"/> are added to those around it; the same key again replaces the value. Dispose it where it was opened.</summary>
    /// <exception cref="ArgumentException">A key is empty, or there are more than <see cref="Limit"/>.</exception>
    public static LabelScope Scope(params ReadOnlySpan<(string Key, string Value)> labels)
    {
        if (Volatile.Read(ref s_readers) == 0) return default;
        var outer = Ambient.Value;
        Ambient.Value = (outer ?? LabelList.Empty).With(labels);
        return new(outer);
    }

    /// <summary>Says that labels will be read, until disposed: scopes opened from now on keep theirs. Instruments that read labels do this themselves.</summary>
    public static IDisposable KeepReady()
    {
        Interlocked.Increment(ref s_readers);
        return new Reader();
    }

    internal static void Restore(LabelList? outer) => Ambient.Value = outer;

    sealed class Reader : IDisposable
    {
        int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) Interlocked.Decrement(ref s_readers);
        }
    }
}
