"""Answers as the server of SageMaker's built-in XGBoost image: `python serve.py`, model below MILLRACE_ML_ROOT."""

import csv
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy
import xgboost

from platform_contract import die_with_parent, path
from predictions import encode, objective_of, select

MAX_CONTENT_LENGTH = 6 * 1024 * 1024
BATCH = os.environ.get("SAGEMAKER_BATCH", "").lower() == "true"
SELECTED = [key.strip().lower() for key in os.environ.get("SAGEMAKER_INFERENCE_OUTPUT", "").split(",") if key.strip()]
DEFAULT_ACCEPT = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv")
ACCEPTED = ("text/csv", "application/json", "application/jsonlines")
EXECUTION_PARAMETERS = b'{"MaxConcurrentTransforms":1,"BatchStrategy":"MULTI_RECORD","MaxPayloadInMB":6}'


class Refusal(Exception):
    """An answer with this status and text."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Model:
    """Every file of the model folder that does not start with a dot is a member; XGBoost models only, never pickles."""

    def __init__(self):
        folder = path("model")
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
        if os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true").lower() != "true":
            names = names[:1]
        if not names:
            raise ValueError(f"no model file in {folder}")
        self.members = [self.load(os.path.join(folder, name)) for name in names]
        self.features = self.members[0].num_features()
        self.objective, self.classes, self.linear = objective_of(self.members[0])

    @staticmethod
    def load(file):
        with open(file, "rb") as model:
            booster = xgboost.Booster()
            booster.load_model(bytearray(model.read()))
        booster.set_param({"nthread": 1})
        return booster

    def predict(self, rows):
        if rows.shape[1] != self.features:
            raise ValueError(f"Feature size of inference data {rows.shape[1]} is not consistent with feature size of trained model {self.features}")
        outputs = [self.predict_member(member, rows) for member in self.members]
        if len(outputs) == 1:
            return outputs[0]
        if self.objective in ("multi:softmax", "binary:hinge"):
            votes = numpy.stack(outputs).astype(int)
            return numpy.array([numpy.bincount(column).argmax() for column in votes.T], dtype=numpy.float32)
        return numpy.mean(outputs, axis=0)

    def predict_member(self, member, rows):
        if self.linear:
            return member.predict(xgboost.DMatrix(rows), validate_features=False)
        return member.inplace_predict(rows, validate_features=False)


def parse_csv(text):
    lines = text.strip("\r\n").splitlines()
    delimiter = "," if "," in lines[0] else sniff(lines[0])
    rows = [[float(cell) if cell.strip() else numpy.nan for cell in line.split(delimiter)] for line in lines]
    return numpy.array(rows, dtype=numpy.float32)


def sniff(line):
    try:
        return csv.Sniffer().sniff(line[:512]).delimiter
    except csv.Error:
        # a single column
        return ","


def parse_libsvm(text, features):
    lines = text.strip().splitlines()
    rows = numpy.full((len(lines), features), numpy.nan, dtype=numpy.float32)
    for number, line in enumerate(lines):
        for item in line.split(" "):
            index, colon, value = item.partition(":")
            if colon:
                rows[number, int(index)] = float(value)
    return rows


def rows_of(body, content_type, features):
    kind = (content_type or "text/csv").lower().split(";")[0].strip()
    if kind not in ("text/csv", "text/libsvm", "text/x-libsvm"):
        raise Refusal(415, f"Content-type {kind} not supported. Supported content-type is text/csv, text/libsvm")
    try:
        text = body.decode("utf-8")
        return parse_csv(text) if kind == "text/csv" else parse_libsvm(text, features)
    except (ValueError, IndexError) as error:
        name = "csv" if kind == "text/csv" else "libsvm"
        raise Refusal(415, f"Loading {name} data failed with Exception, please ensure data is in {name} format:\n {error}") from error


def accepted(header):
    first = (header or "*/*").split(",")[0].split(";")[0].strip().lower()
    kind = DEFAULT_ACCEPT if first in ("*/*", "") else first
    if kind not in ACCEPTED:
        raise Refusal(406, f"Accept type {kind} is not supported. Please use one of the following: {', '.join(ACCEPTED)}.")
    return kind


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # one write per answer
    wbufsize = -1
    model = None

    def do_GET(self):
        if self.path == "/ping":
            self.answer(200, b"", "text/plain")
        elif self.path == "/execution-parameters":
            self.answer(200, EXECUTION_PARAMETERS, "application/json")
        else:
            self.answer(404, b"", "text/plain")

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_CONTENT_LENGTH:
            self.close_connection = True
            self.answer(413, b"", "text/plain")
            return
        body = self.rfile.read(length)
        if self.path != "/invocations":
            self.answer(404, b"", "text/plain")
        elif not body.strip():
            self.answer(204, b"", "text/csv")
        else:
            self.invoke(body)

    def invoke(self, body):
        try:
            rows = rows_of(body, self.headers.get("Content-Type"), self.model.features)
            kind = accepted(self.headers.get("Accept"))
            try:
                predictions = self.model.predict(rows)
                records = select(predictions, self.model.objective, SELECTED) if SELECTED else None
            except (ValueError, xgboost.core.XGBoostError) as error:
                raise Refusal(400, f"Unable to evaluate payload provided: {error}") from error
            self.answer(200, encode(predictions, records, SELECTED, kind, BATCH).encode(), kind)
        except Refusal as refusal:
            self.answer(refusal.status, str(refusal).encode(), "text/plain")

    def answer(self, status, body, content_type):
        self.send_response_only(status)
        if body:
            self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        attributes = self.headers.get("X-Amzn-SageMaker-Custom-Attributes")
        if attributes is not None:
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", attributes)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    die_with_parent()
    try:
        Handler.model = Model()
    except Exception as error:
        print(f"Unable to load model: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    with Server(("127.0.0.1", port), Handler) as server:
        print(f"serving {Handler.model.objective} on port {port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
