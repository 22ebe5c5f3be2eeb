using System.Runtime.CompilerServices;

namespace Vitrine.Doors.Looks;

/// <summary>
/// Threads for looks, which block for as long as they watch and must work when the thread pool starves: a look has a thread for itself. One that has done its look waits a while for the next one, because starting a thread costs some
/// hundred microseconds, more than most pages do. Thread-safe.
/// </summary>
/// <param name="start">Starts a thread.</param>
sealed class LookThreads(Action<Thread> start)
{
    /// <summary>Threads that wait at most: as many as there are looks at once by default, and one more for a page.</summary>
    internal const int MostKept = 4;

    /// <summary>How long a thread waits for its next look: longer than the usual time between two scrapes.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    readonly Lock _lock = new();
    // The one that came last first: its stack and caches are warm, and the others come to their end.
    readonly List<Worker> _free = [];

    /// <summary>Runs <paramref name="look"/> on a thread of its own, without the caller's labels and trace: the look is not part of the request that asked for it.</summary>
    /// <param name="look">What it does.</param>
    /// <param name="options">Where those who wait for it go on: by default on the look's thread, which they must leave soon.</param>
    /// <returns>What <paramref name="look"/> gave or threw; a fault when there is no thread to be had.</returns>
    public Task<T> Run<T>(Func<T> look, TaskCreationOptions options = TaskCreationOptions.None)
    {
        var errand = new Errand<T>(look, options);
        if (!TryHandOver(errand) && !TryStart(errand)) errand.Answer.SetException(new LookFaultException(LookStatus.Unavailable, "No thread could be started for the look: ask again later."));
        return errand.Answer.Task;
    }

    bool TryHandOver(Errand errand)
    {
        Worker worker;
        lock (_lock)
        {
            if (_free.Count == 0) return false;
            worker = _free[^1];
            _free.RemoveAt(_free.Count - 1);
        }
        worker.Take(errand);
        return true;
    }

    bool TryStart(Errand errand)
    {
        var worker = new Worker(this, errand);
        try
        {
            start(new Thread(worker.Work) { IsBackground = true, Name = "Vitrine look" });
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The machine, or the limit of the process's group, has no more threads.
            return false;
        }
    }

    bool TryKeep(Worker worker)
    {
        lock (_lock)
        {
            if (_free.Count == MostKept) return false;
            _free.Add(worker);
            return true;
        }
    }

    // False when it was taken from there meanwhile: then somebody has given it something to do.
    bool TryDismiss(Worker worker)
    {
        lock (_lock) return _free.Remove(worker);
    }

    sealed class Worker(LookThreads threads, Errand first)
    {
        // Not a Lock: one waits on it.
        readonly object _hand = new();
        Errand? _errand = first;

        public void Take(Errand errand)
        {
            lock (_hand)
            {
                _errand = errand;
                Monitor.Pulse(_hand);
            }
        }

        public void Work()
        {
            // What a look leaves in its context is not for the next one.
            var context = ExecutionContext.Capture()!;
            while (Look(context) && Wait())
            {
            }
        }

        // Not part of the method that waits: what the look saw would live in its frame until the next one.
        [MethodImpl(MethodImplOptions.NoInlining)]
        bool Look(ExecutionContext context)
        {
            var errand = _errand!;
            _errand = null;
            ExecutionContext.Run(context, static errand => ((Errand)errand!).Do(), errand);
            // Before anybody hears of the answer: who asks one question after the other finds this thread again.
            var isKept = threads.TryKeep(this);
            errand.Tell();
            return isKept;
        }

        bool Wait()
        {
            lock (_hand)
            {
                if (_errand is null) Monitor.Wait(_hand, threads.Patience);
                if (_errand is not null) return true;
            }
            if (threads.TryDismiss(this)) return false;
            // It is on its way.
            lock (_hand)
            {
                while (_errand is null) Monitor.Wait(_hand);
            }
            return true;
        }
    }

    abstract class Errand
    {
        public abstract void Do();

        public abstract void Tell();
    }

    sealed class Errand<T>(Func<T> look, TaskCreationOptions options) : Errand
    {
        T? _seen;
        Exception? _failure;

        public TaskCompletionSource<T> Answer { get; } = new(options);

        public override void Do()
        {
            try
            {
                _seen = look();
            }
            catch (Exception e)
            {
                _failure = e;
            }
        }

        public override void Tell()
        {
            if (_failure is { } failure) Answer.SetException(failure);
            else Answer.SetResult(_seen!);
        }
    }
}
