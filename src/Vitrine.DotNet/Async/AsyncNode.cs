using System.Reflection;
using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNet.Async;

/// <summary>One live task: where it stands, and who goes on after it.</summary>
/// <param name="Task">The task.</param>
/// <param name="Method">The async method's MoveNext, or the body of a task that has one; null for a promise.</param>
/// <param name="State">The await that an async method stands at, counted from 0; negative while it runs; null when there is none or it cannot be told.</param>
/// <param name="Awaited">The task or source that an async method waits for; null when it cannot be told.</param>
sealed record AsyncNode(Task Task, MethodBase? Method, int? State, object? Awaited)
{
    /// <summary>Tasks, and other objects, that are told when this one ends.</summary>
    public List<object> Continuations { get; } = [];

    /// <summary>Whether it is a method of somebody's, and not a promise.</summary>
    public bool IsOperation => Method is not null;

    /// <summary>Whether it runs at this moment.</summary>
    public bool IsRunning => State is < 0 || State is null && Task.Status == TaskStatus.Running;

    public static AsyncNode Look(Task task)
    {
        var machine = TaskInternals.StateMachine(task);
        var shape = machine is null ? null : TaskInternals.ShapeOf(machine);
        var node = shape is null
            ? new AsyncNode(task, TaskInternals.Body(task)?.Method, null, null)
            : new AsyncNode(task, shape.MoveNext, shape.State(machine!), shape.Awaited(machine!));
        TaskInternals.Continuations(task, node.Continuations);
        return node;
    }

    /// <summary>What it waits for, in brackets because it is no method of a chain.</summary>
    public string WaitsFor => this switch
    {
        { IsRunning: true } => "(running)",
        { State: null, Task.Status: TaskStatus.WaitingToRun } => "(waits for a thread)",
        { Awaited: Task task } => $"({NameOf(task)})",
        { Awaited: { } source } => $"({MethodNames.OfType(source.GetType())})",
        _ => "(waits for what cannot be told)",
    };

    /// <summary>What is told at its end and is no task: a thread that blocks is worth a line.</summary>
    public string Root => Continuations.Find(static one => one is not System.Threading.Tasks.Task) switch
    {
        null => "",
        Action action => $"(then {MethodNames.Readable(action.Method)})",
        { } blocked when blocked.GetType().Name is "SetOnInvokeMres" or "SetOnCountdownMres" => "(a thread is blocked in Task.Wait)",
        { } other => $"(then {MethodNames.OfType(other.GetType())})",
    };

    /// <summary>A task by the method that it runs, or by what made the promise.</summary>
    public static string NameOf(Task task) => task.GetType().Name switch
    {
        "DelayPromise" or "DelayPromiseWithCancellation" => "Task.Delay",
        "WhenAllPromise" or "WhenAllPromise`1" => "Task.WhenAll",
        "TwoTaskWhenAnyPromise`1" or "CompleteOnInvokePromise" or "CompleteOnInvokePromise`1" => "Task.WhenAny",
        "TaskNode" => "SemaphoreSlim.WaitAsync",
        "UnwrapPromise`1" => "Task.Unwrap",
        "CancellationPromise`1" => "Task.WaitAsync",
        _ when TaskInternals.StateMachine(task) is { } machine && TaskInternals.ShapeOf(machine).MoveNext is { } method => MethodNames.Readable(method),
        _ when TaskInternals.Body(task) is { } body => MethodNames.Readable(body.Method),
        "Task" or "Task`1" => "Task that is completed from elsewhere",
        _ => MethodNames.OfType(task.GetType()),
    };
}
