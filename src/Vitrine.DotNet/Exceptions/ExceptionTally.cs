using Vitrine.DotNet.Events;
using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Exceptions;

/// <summary>Counts exceptions by type and stack. Not safe for several threads.</summary>
/// <param name="keepMessages">Whether messages are kept; they can hold what users typed.</param>
/// <param name="work">Whose work the exceptions belong to; null when that is not wanted. It is followed until the reports end.</param>
sealed class ExceptionTally(bool keepMessages, EventWork? work = null)
{
    /// <summary>Characters of a type's name and of a message that are kept.</summary>
    public const int MaximumText = 512;

    // Different texts, at most: messages often have a number in them.
    const int MaximumTexts = 4_096;

    // Threads, and handlers within handlers on one: the target decides how many there are.
    const int MaximumThreads = 65_536, MaximumNesting = 64;

    /// <summary>What stands for a text when there are too many different ones.</summary>
    public const string OtherText = "(other)";

    readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    readonly Tally<ExceptionKey> _tally = new();
    readonly Dictionary<long, Flight> _flights = [];

    /// <summary>The stacks that the keys name.</summary>
    public AddressStacks Stacks { get; } = new();

    /// <summary>Exceptions that the runtime reported as thrown.</summary>
    public long Thrown { get; private set; }

    /// <summary>Times that one was thrown again.</summary>
    public long Rethrown { get; private set; }

    /// <summary>Exceptions that are without their stack, or not in the sums, because there were too many different ones.</summary>
    public long Dropped => Stacks.Dropped + _tally.Dropped;

    /// <summary>An exception is thrown.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="ticks">When.</param>
    /// <param name="stack">Where, leaf first.</param>
    /// <param name="type">Full name of its type.</param>
    /// <param name="message">Its message.</param>
    /// <param name="isRethrown">Whether the runtime says that it was thrown before.</param>
    public void Throw(long thread, long ticks, ReadOnlySpan<ulong> stack, ReadOnlySpan<char> type, ReadOnlySpan<char> message, bool isRethrown)
    {
        var thrown = new Flown(Text(type), keepMessages ? Text(message) : "");
        if (Of(thread) is { } flight) flight.Flying = thrown;
        Count(thread, ticks, stack, thrown, isRethrown);
    }

    /// <summary>An exception arrives at a handler. One that nothing was thrown for since the last was thrown again, by <c>throw;</c>, which the runtime does not report by itself.</summary>
    public void Catch(long thread, long ticks, ReadOnlySpan<ulong> stack)
    {
        if (Of(thread) is not { } flight) return;
        if (flight.Flying is { } flying)
        {
            flight.Flying = null;
            flight.Caught.Add(flying);
            if (flight.Caught.Count > MaximumNesting) flight.Caught.RemoveAt(0);
        }
        else if (flight.Caught.Count > 0)
        {
            // It is in another handler now; the one that threw it again is left.
            Count(thread, ticks, stack, flight.Caught[^1], isRethrown: true);
        }
    }

    /// <summary>A handler has ended and the exception with it.</summary>
    public void CatchEnd(long thread)
    {
        if (_flights.TryGetValue(thread, out var flight) && flight.Caught.Count > 0) flight.Caught.RemoveAt(flight.Caught.Count - 1);
    }

    /// <summary>
    /// Events of a thread were lost: what it has in the air and in its handlers is not known any more. A handler that is reached by something whose throw was lost is then not taken for one that threw again.
    /// </summary>
    public void Lost(long thread) => _flights.Remove(thread);

    /// <summary>The reports have ended.</summary>
    public void End() => work?.Stop();

    void Count(long thread, long ticks, ReadOnlySpan<ulong> stack, Flown thrown, bool isRethrown)
    {
        if (isRethrown) Rethrown++;
        else Thrown++;
        _tally.Add(new(Stacks.Intern(stack), thrown.Type, thrown.Message, isRethrown, work?.Of(thread, ticks) ?? WorkNumbers.None), 1, 0, work);
    }

    Flight? Of(long thread)
    {
        if (_flights.TryGetValue(thread, out var flight)) return flight;
        return _flights.Count < MaximumThreads ? _flights[thread] = new() : null;
    }

    /// <summary>What a thread has in the air and in its handlers.</summary>
    sealed class Flight
    {
        public Flown? Flying;
        public readonly List<Flown> Caught = [];
    }

    sealed record Flown(string Type, string Message);

    string Text(ReadOnlySpan<char> text)
    {
        if (text.Length > MaximumText) text = text[..MaximumText];
        var lookup = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out var known)) return known;
        if (_texts.Count >= MaximumTexts) return OtherText;
        var kept = text.ToString();
        return _texts[kept] = kept;
    }

    /// <summary>The counts of now.</summary>
    public List<TallyRow<ExceptionKey>> Rows() => _tally.Rows();
}
