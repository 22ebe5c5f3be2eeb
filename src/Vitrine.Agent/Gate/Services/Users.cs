namespace Vitrine.Agent.Gate.Services;

/// <summary>Counts who uses something, so that it is given up when it is not needed any more and its last user has left. Thread-safe.</summary>
/// <param name="release">Gives it up; called once.</param>
sealed class Users(Action release)
{
    readonly Lock _lock = new();
    int _count;
    bool _isClosed;

    /// <summary>One more user, until he disposes this; null when it is closed.</summary>
    public IDisposable? Enter()
    {
        lock (_lock)
        {
            if (_isClosed)
                return null;
            _count++;
            return new Use(this);
        }
    }

    /// <summary>Nobody comes any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            if (_count > 0)
                return;
        }
        release();
    }

    void Leave()
    {
        lock (_lock)
        {
            if (--_count > 0 || !_isClosed)
                return;
        }
        release();
    }

    sealed class Use(Users users) : IDisposable
    {
        Users? _users = users;

        public void Dispose() => Interlocked.Exchange(ref _users, null)?.Leave();
    }
}
