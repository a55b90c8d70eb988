FROM python:3.11-slim
WORKDIR /gprslab
COPY pyproject.toml README.md LICENSE ./
COPY protocol protocol
COPY nodes nodes
COPY gprslab gprslab
COPY configs configs
RUN pip install --no-cache-dir . && useradd --uid 1000 --create-home lab && mkdir /state && chown lab /state
USER lab
WORKDIR /home/lab
ENTRYPOINT ["gprslab"]
