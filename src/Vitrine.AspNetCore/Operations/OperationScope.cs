namespace Vitrine.AspNetCore.Operations;

/// <summary>An operation that lasts until this is disposed. The default one does nothing.</summary>
public readonly struct OperationScope : IDisposable
{
    readonly LogicalOperation? _outer;
    readonly IDisposable? _logScope;
    readonly bool _isOpen;

    internal OperationScope(LogicalOperation? outer, IDisposable? logScope = null) => (_outer, _logScope, _isOpen) = (outer, logScope, true);

    /// <summary>Ends it: the operation around it is the current one again.</summary>
    public void Dispose()
    {
        if (!_isOpen) return;
        _logScope?.Dispose();
        LogicalOperation.Current = _outer;
    }
}
