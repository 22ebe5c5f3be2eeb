using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Guard.Limits;

/// <summary>One look for several callers. It owns its place: until the look itself has ended, however many of its callers are gone.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer, not linked to another one, holds nothing that has to be freed; who ends last is not known.")]
sealed class SharedLook(SharedLooks looks, ShareKey key, int place)
{
    readonly CancellationTokenSource _stop = new();
    TaskCompletionSource<object?>? _answer;
    ITimer? _cutOff;
    bool _isOver;

    public ShareKey Key { get; } = key;

    /// <summary>Callers that hold it. Under the gate.</summary>
    public int Holders { get; set; } = 1;

    /// <summary>The answer: by running <paramref name="look"/>, if nobody has yet.</summary>
    /// <param name="look">Looks; its token is cancelled when the last caller is gone.</param>
    /// <param name="mine">Ends the wait of this caller only.</param>
    public async Task<T> Answer<T>(Func<CancellationToken, Task<T>> look, CancellationToken mine)
    {
        TaskCompletionSource<object?>? answer;
        bool isFirst;
        lock (looks.Gate)
        {
            isFirst = _answer is null;
            answer = _answer ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        if (isFirst) _ = Run(look, answer);
        return (T)(await answer.Task.WaitAsync(mine).ConfigureAwait(false))!;
    }

    /// <summary>Ends the look after a time. Under the gate.</summary>
    public void CutOffAfter(TimeSpan longest, TimeProvider time) => _cutOff = time.CreateTimer(static look => ((SharedLook)look!).CutOff(), this, longest, Timeout.InfiniteTimeSpan);

    void CutOff()
    {
        lock (looks.Gate) looks.Close(this);
        _ = _stop.CancelAsync();
    }

    /// <summary>One caller less. The last one ends the look.</summary>
    public void Leave()
    {
        bool isLast, isIdle;
        lock (looks.Gate)
        {
            isLast = --Holders == 0;
            isIdle = _answer is null;
            if (isLast) looks.Close(this);
        }
        if (!isLast) return;
        if (isIdle) End();
        else _ = _stop.CancelAsync();
    }

    async Task Run<T>(Func<CancellationToken, Task<T>> look, TaskCompletionSource<object?> answer)
    {
        try
        {
            var result = await look(_stop.Token).ConfigureAwait(false);
            End();
            answer.SetResult(result);
        }
        catch (Exception e)
        {
            End();
            answer.SetException(e);
            // Everybody may be gone by now.
            _ = answer.Task.Exception;
        }
    }

    void End()
    {
        lock (looks.Gate)
        {
            if (_isOver) return;
            _isOver = true;
            looks.Close(this);
        }
        _cutOff?.Dispose();
        looks.GiveBack(place);
    }
}
