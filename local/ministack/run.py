"""
Serves MiniStack until standard input closes, so that it ends with the process that holds the other end of the pipe,
however that process ends. Run by local/ministack.ts, with the settings of MiniStack in the environment and

    MILLRACE_MINISTACK_PORT    the port to listen on. GATEWAY_PORT, which MiniStack writes into the URLs it hands out,
                               is the port of the front door
    TMPDIR                     a folder of its own, removed at the end
    MILLRACE_SNAPSHOT_SECONDS  how often changed state is saved
"""

import asyncio
import contextvars
import hashlib
import json
import logging
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
import zipfile
from urllib.parse import urlsplit

import ministack.app as ministack
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.core.persistence import save_all
from ministack.services import eventbridge, lambda_svc, s3, stepfunctions

PORT = int(os.environ.pop("MILLRACE_MINISTACK_PORT"))
SNAPSHOT_SECONDS = float(os.environ.pop("MILLRACE_SNAPSHOT_SECONDS"))
# saving may take at most this share of the time, however large the state has become
SNAPSHOT_SHARE = 0.05
# how long a client may keep an idle connection; longer than the front door does, so that the front door closes first
KEEP_ALIVE_SECONDS = 120
# how long the end of an invocation waits for its first log line; MiniStack's own 50 ms are paid by every silent Lambda.
# A line that comes later is kept and appears with the next invocation
FIRST_LOG_LINE_SECONDS = 0.005


class App:
    """
    MiniStack's ASGI application, which remembers whether anything but a health check came in. MiniStack lets every origin
    in, so web pages are kept out here as they are at the front door, past which they could otherwise walk.
    """

    def __init__(self):
        self.touched = False

    async def __call__(self, scope, receive, send):
        if not scope.get("path", "/_").startswith("/_ministack/"):
            self.touched = True
        if scope["type"] == "http" and is_foreign(dict(scope["headers"]).get(b"origin")):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body"})
            return
        await ministack.app(scope, receive, send)


def is_foreign(origin):
    return origin is not None and urlsplit(origin.decode("latin-1")).hostname not in ("127.0.0.1", "::1", "localhost")


async def keep_snapshots(app):
    """MiniStack itself saves only when it is shut down in good order; this keeps most of the state over a kill."""
    pause = SNAPSHOT_SECONDS
    while True:
        await asyncio.sleep(pause)
        if not app.touched:
            continue
        app.touched = False
        started = time.monotonic()
        await asyncio.to_thread(save_all, ministack._build_persistence_save_dict())
        pause = max(SNAPSHOT_SECONDS, (time.monotonic() - started) / SNAPSHOT_SHARE)


def stop_with_standard_input(loop, stop):
    def watch():
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True, name="standard-input").start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


def leave():
    """Ends without waiting for worker threads, which may sit in a Lambda call, and takes the Lambda processes and their files along."""
    logging.shutdown()
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
    os._exit(0)


def shorten_log_wait():
    drain = Worker._drain_stderr_bounded
    names = drain.__code__.co_varnames[1 : drain.__code__.co_argcount]
    drain.__defaults__ = tuple(
        FIRST_LOG_LINE_SECONDS if name == "first_line_wait" else default
        for name, default in zip(names, drain.__defaults__, strict=True)
    )


def accept_sagemaker_events():
    """
    Lets PutEvents publish events of SageMaker, which the stand-in has to and which EventBridge refuses from everyone but
    AWS itself. Every other source that begins with "aws." stays refused.
    """
    put_events = eventbridge._put_events

    def accepting(data, allow_aws_source=False):
        entries = data.get("Entries") or []
        ours = bool(entries) and all(entry.get("Source") == "aws.sagemaker" for entry in entries)
        return put_events(data, allow_aws_source=allow_aws_source or ours)

    eventbridge._put_events = accepting


def name_versions_in_s3_events():
    """
    Adds `version-id` to the events that S3 sends to EventBridge, as AWS does for buckets with versions. MiniStack knows it
    there, but puts it into its other notifications only.
    """
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event
    version = contextvars.ContextVar("version", default=None)

    # each event is fired in a thread with a context of its own
    def firing(*args, version_id=None, **kwargs):
        version.set(version_id)
        return fire(*args, version_id=version_id, **kwargs)

    def dispatching(event, *args, **kwargs):
        if event.get("Source") == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch(event, *args, **kwargs)

    s3._fire_s3_event, eventbridge._dispatch_event = firing, dispatching


def name_thrown_errors():
    """
    Reports the name of what a Lambda threw as its `errorType`, which state machines match in Retry and Catch. MiniStack
    calls everything Runtime.HandlerError.
    """
    settled = 'status: "error", error: String(err.message || err)'
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if settled not in script:
        raise RuntimeError("this release of MiniStack reports errors in another way")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(settled, f"{settled}, errorType: err.name")
    invoke, execute = Worker.invoke, lambda_svc._execute_function_warm
    thrown = threading.local()

    def invoking(*args, **kwargs):
        response = invoke(*args, **kwargs)
        thrown.name = response.get("errorType")
        return response

    # runs the invocation in its own thread
    def executing(*args, **kwargs):
        thrown.name = None
        result = execute(*args, **kwargs)
        if result.get("error") and thrown.name and isinstance(result.get("body"), dict):
            result["body"]["errorType"] = thrown.name
        return result

    Worker.invoke, lambda_svc._execute_function_warm = invoking, executing


def announce_interrupted_executions():
    """
    MiniStack fails the executions that a restart interrupted without a word. Here their status event follows, as for any
    execution that fails: whoever watches executions hears of it.

    Returns what publishes the events, to be called once requests are served.
    """
    restore, interrupted = stepfunctions._restore_state, []

    def restoring(data):
        running = {
            arn for arn, execution in (data or {}).get("executions", {}).items() if execution.get("status") == "RUNNING"
        }
        restore(data)
        interrupted.extend(
            execution for execution in stepfunctions._executions.all_values() if execution.get("executionArn") in running
        )

    async def announce():
        for execution in interrupted:
            await asyncio.to_thread(stepfunctions._emit_execution_status_event, execution)

    stepfunctions._restore_state = restoring
    return announce


def evaluate_item_readers():
    """
    Evaluates the JSONata in what the items of a Distributed Map are read by. MiniStack takes it as it stands, and reads
    JSONPath only.
    """
    read = stepfunctions._read_map_items

    def reading(reader, effective, ctx):
        if "Arguments" in reader:
            arguments = stepfunctions._apply_jsonata_template(reader["Arguments"], effective, ctx)
            reader = {**reader, "Arguments": arguments}
        return read(reader, effective, ctx)

    stepfunctions._read_map_items = reading


def fail_tasks_whose_function_fails():
    """
    A task that waits for its token fails when the function that was to pass the token on does. MiniStack would wait for the
    token until the task times out.
    """
    invoke, call, waiting = stepfunctions._invoke_with_callback, stepfunctions._call_lambda, threading.local()

    def invoking(resource, input_data, token, state_def):
        waiting.token = token
        try:
            return invoke(resource, input_data, token, state_def)
        finally:
            waiting.token = None

    def calling(func_ref, event):
        token, waiting.token = getattr(waiting, "token", None), None
        try:
            return call(func_ref, event)
        except stepfunctions._ExecutionError as error:
            task = stepfunctions._task_tokens.get(token)
            # what the function answered before it failed stands
            if task and not task["event"].is_set():
                task["error"] = {"Error": error.error, "Cause": error.cause}
                task["event"].set()
            raise

    stepfunctions._invoke_with_callback, stepfunctions._call_lambda = invoking, calling


def unpack_code_once():
    """
    MiniStack unpacks a function's archive for every process it starts, which takes half a second for DuckDB's 73 MB. Here an
    archive is unpacked once, and each process gets a folder of links to the same files; nothing may write there in AWS either.
    """

    class Archive(zipfile.ZipFile):
        def extractall(self, path=None, members=None, pwd=None):
            self.fp.seek(0)
            unpacked = os.path.join(tempfile.gettempdir(), "code-" + hashlib.sha256(self.fp.read()).hexdigest())
            with unpacking:
                if not os.path.exists(unpacked):
                    super().extractall(unpacked + ".partial", members, pwd)
                    os.rename(unpacked + ".partial", unpacked)
            shutil.copytree(unpacked, path, copy_function=os.link, dirs_exist_ok=True)

    unpacking = threading.Lock()
    lambda_runtime.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": Archive})


async def after_start(work):
    """Does `work` once the port answers."""
    while True:
        try:
            _, writer = await asyncio.open_connection(os.environ["BIND_HOST"], PORT)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.2)
    await work()


async def main():
    announce = announce_interrupted_executions()
    shorten_log_wait()
    unpack_code_once()
    name_thrown_errors()
    accept_sagemaker_events()
    name_versions_in_s3_events()
    evaluate_item_readers()
    fail_tasks_whose_function_fails()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard and hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    logging.getLogger("persistence").setLevel(logging.WARNING)

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{PORT}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.keep_alive_max_requests = sys.maxsize
    config.loglevel = ministack.LOG_LEVEL

    stop = asyncio.Event()
    stop_with_standard_input(asyncio.get_running_loop(), stop)
    app = App()
    snapshots = asyncio.create_task(keep_snapshots(app))
    announcement = asyncio.create_task(after_start(announce))
    await serve(app, config, shutdown_trigger=stop.wait)
    snapshots.cancel()
    announcement.cancel()
    leave()


asyncio.run(main())
