using static Vitrine.DotNet.Tests.Publishing.Model.ModelState;

namespace Vitrine.DotNet.Tests.Publishing.Model;

/// <summary>
/// The protocol of <c>Latest&lt;T&gt;</c> as a state machine with one step for each access to shared memory, and every order of these steps explored.
/// </summary>
/// <remarks>
/// The memory is weak, as arm64's: a writer's store waits in a buffer and becomes visible later, in any order that barriers, releases and its own location allow. An exchange reads at once
/// and its write waits like a store (no other exchange of that location comes in between), so stores after it may pass it unless a barrier forbids. A reader's loads happen in any
/// order that acquire and barriers allow. A value is two words that both hold the ticket of its write: a copy with two different words, or with another ticket's, is torn.
/// </remarks>
sealed class LatestModel(ModelOptions options)
{
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    readonly Stack<ModelState> _open = new();

    /// <summary>How many states there are.</summary>
    public int States => _seen.Count;

    /// <summary>How many completed reads were seen over all orders.</summary>
    public int ReadsSeen { get; private set; }

    /// <summary>Writes that were given up, over all orders.</summary>
    public int DropsSeen { get; private set; }

    /// <summary>Explores everything; the first violation in words, or null.</summary>
    public string? Explore()
    {
        var first = new ModelState(new byte[Size(options.Slots, options.Writers)], options.Slots, options.Writers);
        for (var writer = 0; writer < options.Writers; writer++)
            first[first.Writer(writer) + 1] = (byte)options.Writes;
        first[first.Reader + 6] = (byte)options.Reads;
        Visit(first);
        while (_open.TryPop(out var state))
        {
            if (CheckState(state) is { } broken) return broken;
            var steps = 0;
            for (var writer = 0; writer < options.Writers; writer++)
            {
                if (WriterStep(state, writer)) steps++;
                for (var i = 0; i < state.BufferLength(writer); i++)
                    if (state.CanCommit(writer, i)) { Commit(state, writer, i); steps++; }
            }
            for (var load = 0; load < 4; load++)
            {
                if (!CanLoad(state, load)) continue;
                if (ReaderLoad(state, load) is { } torn) return torn;
                steps++;
            }
            if (steps == 0 && CheckEnd(state) is { } stuck) return stuck;
        }
        return null;
    }

    void Visit(ModelState state)
    {
        if (_seen.Add(state.Key)) _open.Push(state);
    }

    // ---- writers

    bool WriterStep(ModelState before, int writer)
    {
        var w = before.Writer(writer);
        int pc = before[w], left = before[w + 1], ticket = before[w + 2], version = Version(ticket, options.Slots);
        if (pc == 0 && left == 0) return false;
        var state = before.Copy();
        switch (pc)
        {
            case 0: // ticket = Interlocked.Increment(ref _ticket)
                state[w + 2] = ++state[Tickets];
                state[w] = 1;
                break;
            case 1: // version = Volatile.Read(ref slot.Version)
                state[w + 3] = (byte)state.Load(writer, version);
                state[w] = 2;
                break;
            case 2: // give up?
                var published = state.Load(writer, Published);
                if (options.SparePublished && ticket > options.Slots && published <= ticket - options.Slots || (state[w + 3] & 1) != 0 || state[w + 3] > ticket << 1)
                    Drop(state, w);
                else
                    state[w] = 3;
                break;
            case 3: // CompareExchange(ref slot.Version, 2t + 1, version)
                if (options.ClaimByExchange)
                {
                    if (before.IsInExchange(version) || before.HasStoreTo(writer, version)) return false;
                    if (state[version] != state[w + 3]) { Drop(state, w); break; }
                    state.Push(writer, version, (ticket << 1) | 1, StoreKind.Exchange);
                }
                else
                {
                    state.Push(writer, version, (ticket << 1) | 1, StoreKind.Release);
                }
                state[w] = 4;
                break;
            case 4: // Volatile.WriteBarrier()
                if (options.WriteBarrier) state.Push(writer, 0, 0, StoreKind.Barrier);
                state[w] = 5;
                break;
            case 5: // slot.Value = value
                state.Push(writer, version + 1, ticket, StoreKind.Plain);
                state.Push(writer, version + 2, ticket, StoreKind.Plain);
                state[w] = 6;
                break;
            case 6: // Volatile.Write(ref slot.Version, 2t)
                state.Push(writer, version, ticket << 1, options.ReleaseVersion ? StoreKind.Release : StoreKind.Plain);
                state[w] = 7;
                break;
            case 7: // seen = Volatile.Read(ref _published)
                state[w + 4] = (byte)state.Load(writer, Published);
                state[w] = 8;
                if (state[w + 4] >= ticket) Finish(state, w);
                break;
            default: // CompareExchange(ref _published, t, seen)
                if (before.IsInExchange(Published) || before.HasStoreTo(writer, Published)) return false;
                if (state[Published] == state[w + 4])
                {
                    state.Push(writer, Published, ticket, options.ReleasePublish ? StoreKind.Exchange : StoreKind.ExchangeRelaxed);
                    Finish(state, w);
                }
                else if ((state[w + 4] = state[Published]) >= ticket)
                {
                    Finish(state, w);
                }
                break;
        }
        Visit(state);
        return true;
    }

    void Drop(ModelState state, int w)
    {
        DropsSeen++;
        Finish(state, w);
    }

    static void Finish(ModelState state, int w)
    {
        state[w + 1]--;
        state[w] = state[w + 2] = state[w + 3] = state[w + 4] = 0;
    }

    void Commit(ModelState before, int writer, int index)
    {
        var state = before.Copy();
        var entry = state.Entry(writer, index);
        if ((StoreKind)entry[2] != StoreKind.Barrier) state[entry[0]] = entry[1];
        state.RemoveEntry(writer, index);
        Visit(state);
    }

    // ---- the reader: load 0 = published, 1 and 2 = the words, 3 = version

    bool CanLoad(ModelState state, int load)
    {
        var done = state[state.Reader];
        if (state[state.Reader + 6] == 0 || (done & (1 << load)) != 0) return false;
        var needs = load switch
        {
            0 => 0,
            1 or 2 => 0b1,
            _ => options.ReadBarrier ? 0b111 : 0b1,
        };
        return (done & needs) == needs;
    }

    string? ReaderLoad(ModelState before, int load)
    {
        var state = before.Copy();
        var r = state.Reader;
        var version = Version(state[r + 1], options.Slots);
        switch (load)
        {
            case 0:
                if (state[Published] == 0) return null; // nothing published: TryRead says so
                state[r + 1] = state[Published];
                break;
            case 1: state[r + 2] = state[version + 1]; break;
            case 2: state[r + 3] = state[version + 2]; break;
            default: state[r + 4] = options.VersionCheck ? state[version] : (byte)(state[r + 1] << 1); break;
        }
        state[r] |= (byte)(1 << load);
        var ticket = state[r + 1];
        if (state[r] == 0b1111)
        {
            if (state[r + 4] == ticket << 1)
            {
                if (state[r + 2] != ticket || state[r + 3] != ticket)
                    return $"torn: the value of ticket {ticket} was read as ({state[r + 2]}, {state[r + 3]})";
                if (ticket < state[r + 5])
                    return $"backwards: ticket {ticket} was read after {state[r + 5]}";
                state[r + 5] = ticket;
                state[r + 6]--;
                ReadsSeen++;
            }
            Restart(state, r);
        }
        Visit(state);
        return null;
    }

    static void Restart(ModelState state, int r) => state.Cells.AsSpan(r, 5).Clear();

    // ---- what holds in every state

    string? CheckState(ModelState state)
    {
        // Whoever starts to read now and is not disturbed succeeds at once: what is published is whole, whatever writers are in the middle of.
        var ticket = state[Published];
        var version = Version(ticket, options.Slots);
        return ticket == 0 || state[version] == ticket << 1 && state[version + 1] == ticket && state[version + 2] == ticket
            ? null
            : $"blocked: ticket {ticket} is published, its slot has version {state[version]} and ({state[version + 1]}, {state[version + 2]})";
    }

    string? CheckEnd(ModelState state)
    {
        for (var writer = 0; writer < options.Writers; writer++)
            if (state[state.Writer(writer) + 1] != 0 || state.BufferLength(writer) != 0)
                return $"stuck: writer {writer} cannot go on";
        return state[state.Reader + 6] != 0 ? "stuck: the reader cannot go on" : null;
    }
}
